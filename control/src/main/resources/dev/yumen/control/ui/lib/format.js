// Numbers and times for people.
import { locale, t } from './i18n.js';

/** Of three digits that matter: 1,234  98.7  0.42. */
export function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return '–';
  }
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  if (size >= 1e6) {
    return (value / 1e6).toFixed(size >= 1e7 ? 1 : 2) + ' M';
  }
  return value.toLocaleString(locale(), { maximumFractionDigits: digits });
}

/** Milliseconds with their unit. */
export function millis(value) {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return '–';
  }
  return value >= 10_000 ? number(value / 1000) + ' s' : number(value) + ' ms';
}

export function dateTime(text) {
  const time = new Date(text);
  return Number.isNaN(time.getTime())
    ? String(text)
    : time.toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'medium' });
}

export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(locale(), { hour12: false });
}

/** How long ago, in the largest unit that fits. */
export function ago(text, now = Date.now()) {
  const seconds = Math.round((now - new Date(text).getTime()) / 1000);
  if (Number.isNaN(seconds)) {
    return String(text);
  }
  const units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  const words = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  return words.format(-Math.round(seconds / length), unit);
}

export function countdown(until, now) {
  const left = Math.max(0, Math.round((new Date(until).getTime() - now) / 1000));
  return Math.floor(left / 60) + ':' + String(left % 60).padStart(2, '0');
}

/** Who made a version live, in words. */
export function author(text) {
  const known = t('author.' + text);
  return known.startsWith('author.') ? text : known;
}
