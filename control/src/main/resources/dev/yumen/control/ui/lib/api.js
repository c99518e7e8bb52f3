// Asks the admin API. A token, where one is needed, is kept for this tab alone.
import { useCallback, useEffect, useRef, useState } from '../vendor/htm-preact.js';

const ROOT = new URL('../../../api/v1', import.meta.url).href;
const TOKEN = 'yumen.token';

let token = kept();
let asking = null; // {promise, resolve, wrong} while somebody is asked for a token
const watchers = new Set();

/** An answer that is an error: a problem of RFC 9457, or no answer at all (status 0). */
export class ApiError extends Error {
  constructor(status, body) {
    super(body.detail || body.title || String(status));
    this.status = status;
    this.code = body.code || '';
    this.problems = body.problems || [];
  }

  /** Whether this gateway, or this role, does not have it: nothing that trying again helps. */
  get absent() {
    return this.status === 404 || this.status === 403 || this.status === 405;
  }
}

function kept() {
  try {
    return sessionStorage.getItem(TOKEN) || '';
  } catch {
    return '';
  }
}

/** Whether a token is asked for: null, or {wrong}. */
export function asked() {
  return asking && { wrong: asking.wrong };
}

export function onAsked(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function hasToken() {
  return token !== '';
}

export function giveToken(text) {
  token = text.trim();
  try {
    sessionStorage.setItem(TOKEN, token);
  } catch {
    // it holds until the page is left
  }
  const waiting = asking;
  asking = null;
  watchers.forEach((watcher) => watcher());
  waiting?.resolve();
}

export function forgetToken() {
  token = '';
  try {
    sessionStorage.removeItem(TOKEN);
  } catch {
    // there is none
  }
  location.reload();
}

function needToken(sent) {
  if (sent !== token) {
    return Promise.resolve(); // another one was given meanwhile
  }
  if (!asking) {
    asking = { wrong: sent !== '' };
    asking.promise = new Promise((resolve) => (asking.resolve = resolve));
    watchers.forEach((watcher) => watcher());
  }
  return asking.promise;
}

/** The answer, whatever its kind; waits for a token when one is needed. Throws ApiError. */
export async function send(path, { method = 'GET', headers = {}, body, signal, accept } = {}) {
  for (;;) {
    const sent = token;
    const fields = { accept: accept || 'application/json', ...headers };
    if (sent) {
      fields.authorization = 'Bearer ' + sent;
    }
    let response;
    try {
      response = await fetch(ROOT + path, {
        method, body, signal, headers: fields, cache: 'no-store', credentials: 'omit', redirect: 'error',
      });
    } catch (e) {
      if (e.name === 'AbortError') {
        throw e;
      }
      throw new ApiError(0, { code: 'NO_ANSWER', detail: e.message });
    }
    if (response.ok) {
      return response;
    }
    if (response.status !== 401) {
      throw new ApiError(response.status, await problem(response));
    }
    await needToken(sent);
  }
}

async function problem(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { detail: text.slice(0, 300) };
  }
}

export async function get(path, options) {
  return (await send(path, options)).json();
}

export async function post(path, body, options = {}) {
  const headers = { 'content-type': 'application/json', ...options.headers };
  const text = body === undefined ? undefined : JSON.stringify(body);
  return (await send(path, { ...options, method: 'POST', headers, body: text })).json();
}

/** Sends a configuration as YAML. */
export async function sendYaml(method, path, yaml, headers = {}) {
  const fields = { 'content-type': 'application/yaml', ...headers };
  return (await send(path, { method, headers: fields, body: yaml })).json();
}

/** A text as the value of a header field: its bytes in UTF-8. */
export const headerText = (text) => String.fromCharCode(...new TextEncoder().encode(text));

export const query = (values) => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given).toString();
  return text ? '?' + text : '';
};

/**
 * Server-sent events, by reading the body of a fetch, as an EventSource can not send a token. Comes
 * back when the stream broke, with a pause; throws when there is no such stream.
 */
export async function events(path, onEvent, onState, signal) {
  let pause = 500;
  while (!signal.aborted) {
    try {
      const response = await send(path, { signal, accept: 'text/event-stream' });
      onState('open');
      pause = 500;
      await readEvents(response.body.getReader(), onEvent);
    } catch (e) {
      if (signal.aborted) {
        return;
      }
      if (e instanceof ApiError && e.absent) {
        throw e;
      }
    }
    onState('lost');
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, 8000);
  }
}

async function readEvents(reader, onEvent) {
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    rest += decoder.decode(value, { stream: true });
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const data = block.split(/\r?\n/).filter((line) => line.startsWith('data:'));
      if (data.length > 0) {
        onEvent(JSON.parse(data.map((line) => line.slice(5)).join('\n')));
      }
    }
  }
}

/** Data of a path: {data, error, loading, reload}. Asks again every so many milliseconds, while it is looked at. */
export function useGet(path, every = 0) {
  const [state, setState] = useState({ loading: true });
  const [round, setRound] = useState(0);
  const shown = useRef(path);
  useEffect(() => {
    if (!path) {
      return undefined;
    }
    const control = new AbortController();
    let timer = 0;
    if (shown.current !== path) {
      shown.current = path;
    }
    const ask = async () => {
      if (document.hidden && every) {
        timer = setTimeout(ask, every);
        return;
      }
      let error = null;
      try {
        const data = await get(path, { signal: control.signal });
        setState({ data, path, loading: false });
      } catch (e) {
        if (control.signal.aborted) {
          return;
        }
        error = e;
        setState((old) => ({ data: old.path === path ? old.data : undefined, path, error, loading: false }));
      }
      if (every && !control.signal.aborted && !error?.absent) {
        timer = setTimeout(ask, every);
      }
    };
    ask();
    return () => {
      control.abort();
      clearTimeout(timer);
    };
  }, [path, every, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...state, reload };
}
