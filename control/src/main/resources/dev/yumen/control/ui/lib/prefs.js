// What a person prefers, kept by the browser: theme and language. Never a token.

export function read(name) {
  try {
    return localStorage.getItem('yumen.' + name);
  } catch {
    return null; // storage is switched off
  }
}

export function write(name, value) {
  try {
    localStorage.setItem('yumen.' + name, value);
  } catch {
    // it holds until the page is left
  }
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const themed = new EventTarget();

/** 'light' or 'dark': what was chosen, or else what the system says. */
export function theme() {
  return read('theme') ?? (dark.matches ? 'dark' : 'light');
}

export function applyTheme() {
  document.documentElement.dataset.theme = theme();
  themed.dispatchEvent(new Event('change'));
}

export function toggleTheme() {
  write('theme', theme() === 'dark' ? 'light' : 'dark');
  applyTheme();
}

/** Calls back after each change of the theme; gives what ends that. */
export function onTheme(listener) {
  themed.addEventListener('change', listener);
  return () => themed.removeEventListener('change', listener);
}

dark.addEventListener('change', applyTheme);
