// Where the person is: #/page/part?name=value. The server never sees it.
import { useEffect, useState } from '../vendor/htm-preact.js';

export function here() {
  const hash = location.hash.replace(/^#\/?/, '');
  const [path, search = ''] = splitOnce(hash, '?');
  const parts = path.split('/').filter(Boolean).map(decode);
  return { page: parts[0] || 'overview', parts: parts.slice(1), query: new URLSearchParams(search) };
}

function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** An address in this app; parts may be anything. */
export function link(page, parts = [], query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const search = new URLSearchParams(given).toString();
  return '#/' + [page, ...parts].map(encodeURIComponent).join('/') + (search ? '?' + search : '');
}

export function go(address) {
  location.hash = address;
}

/** Changes the address without a step of its own in the browser's history. */
export function replace(address) {
  history.replaceState(null, '', address);
}

export function useHere() {
  const [now, setNow] = useState(here);
  useEffect(() => {
    const changed = () => setNow(here());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return now;
}
