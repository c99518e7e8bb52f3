// Texts in the language of the person: i18n/en.js and i18n/zh.js have the same keys.
import { read, write } from './prefs.js';

const LANGUAGES = ['en', 'zh'];
const listeners = new Set();
let texts = {};
let current = 'en';

/** 'en' or 'zh'. */
export function language() {
  return current;
}

/** The tag that dates and numbers are written by. */
export function locale() {
  return current === 'zh' ? 'zh-CN' : 'en-GB';
}

/** The text of a key, with {names} filled in. */
export function t(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export async function start() {
  const chosen = read('language');
  const own = (navigator.language || 'en').toLowerCase().startsWith('zh') ? 'zh' : 'en';
  await speak(LANGUAGES.includes(chosen) ? chosen : own);
}

async function speak(wanted) {
  texts = (await import(`../i18n/${wanted}.js`)).default;
  current = wanted;
  document.documentElement.lang = locale();
  listeners.forEach((listener) => listener());
}

export async function toggleLanguage() {
  const wanted = current === 'zh' ? 'en' : 'zh';
  write('language', wanted);
  await speak(wanted);
}

/** Calls back after each change of the language; gives what ends that. */
export function onLanguage(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
