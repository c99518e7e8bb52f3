// What becomes of a request: asked by a form, a line of curl or a recorded request, and drawn.
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { post, query, useGet } from '../lib/api.js';
import { Chain } from '../lib/chain.js';
import { parseCurl } from '../lib/curl.js';
import { ago } from '../lib/format.js';
import { language, t } from '../lib/i18n.js';
import { Badge, Card, Empty, Failure, Head, Loaded, Loading, Tabs } from '../lib/parts.js';
import { link, replace } from '../lib/router.js';

/** Statuses that the walk of time-outs is for. */
const SLOW = [408, 502, 503, 504];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export default function Tracer({ at, status }) {
  const [tab, setTab] = useState(at.query.get('tab') ?? 'form');
  const [form, setForm] = useState({ method: at.query.get('method') ?? 'GET', url: at.query.get('url') ?? '', headers: '', client: '', time: '' });
  const [asked, setAsked] = useState(null);
  const [answer, setAnswer] = useState({});
  const trace = (request) => setAsked({ ...request });
  useEffect(() => {
    const url = at.query.get('url');
    if (url !== null) {
      const next = { ...form, method: at.query.get('method') ?? 'GET', url };
      setForm(next);
      setTab('form');
      if (at.query.get('go') && status.data) {
        trace(fromForm(next));
      }
    }
  }, [at, status.data !== undefined]);
  useEffect(() => {
    if (!asked) {
      return undefined;
    }
    const control = new AbortController();
    setAnswer({ loading: true });
    post('/explain' + query({ lang: language() }), completed(asked, status.data), { signal: control.signal }).then(
      (data) => setAnswer({ data }),
      (error) => !control.signal.aborted && setAnswer({ error }));
    return () => control.abort();
  }, [asked, language()]);
  const keep = (next) => {
    setForm(next);
    replace(link('tracer', [], { method: next.method, url: next.url }));
  };
  return html`<${Head} title=${t('nav.tracer')} note=${t('tracer.note')} />
    <${Card} className="ask">
      <${Tabs} label=${t('tracer.from')} chosen=${tab} onChoose=${setTab} items=${['form', 'curl', 'recorded'].map((key) => [key, t('tracer.' + key)])} />
      ${tab === 'form' && html`<${Form} form=${form} onChange=${keep} onTrace=${() => trace(fromForm(form))} status=${status.data} />`}
      ${tab === 'curl' && html`<${Curl} onTrace=${trace} />`}
      ${tab === 'recorded' && html`<${Recorded} onTrace=${trace} />`}
    <//>
    <div aria-live="polite" id="answer">
      ${answer.loading && html`<${Loading} />`}
      ${answer.error && html`<${Failure} error=${answer.error} />`}
      ${answer.data && html`<${Chain} told=${answer.data} />`}
    </div>`;
}

// ---- what is asked ----

/** Lines of "Name: value" as an object of lists. */
function fields(text) {
  const headers = {};
  for (const line of text.split('\n')) {
    const at = line.indexOf(':');
    if (at > 0) {
      (headers[line.slice(0, at).trim()] ??= []).push(line.slice(at + 1).trim());
    }
  }
  return headers;
}

export function fromForm(form) {
  const request = { method: form.method, url: form.url, headers: fields(form.headers) };
  if (form.client) {
    request.client = form.client;
  }
  if (form.time) {
    request.time = new Date(form.time).toISOString();
  }
  return request;
}

/** A path alone is asked of the first listener. */
export function completed(request, status) {
  const url = (request.url ?? '').trim();
  if (request.id || /^https?:\/\//i.test(url)) {
    return { ...request, ...(url ? { url } : {}) };
  }
  return { ...request, url: url.startsWith('/') || url === '' ? base(status) + (url || '/') : 'http://' + url };
}

function base(status) {
  const addresses = status?.addresses ?? {};
  const name = ['http', ...Object.keys(addresses)].find((one) => one in addresses && !['admin', 'management'].includes(one));
  return 'http://localhost' + (name ? ':' + addresses[name].replace(/.*:/, '') : '');
}

export function Form({ form, onChange, onTrace, status, label }) {
  const [more, setMore] = useState(form.headers !== '');
  const set = (name) => (event) => onChange({ ...form, [name]: event.target.value });
  const submit = (event) => {
    event.preventDefault();
    onTrace();
  };
  return html`<form class="trace-form" onSubmit=${submit}>
    <div class="line"><label><span class="sr">${t('method')}</span><select id="trace-method" value=${form.method} onChange=${set('method')}>
      ${[...new Set([...METHODS, form.method])].map((name) => html`<option value=${name} selected=${name === form.method}>${name}</option>`)}</select></label>
      <label class="grow"><span class="sr">URL</span><input id="trace-url" data-search value=${form.url} onInput=${set('url')} spellcheck="false" autocomplete="off"
        placeholder=${'/api/orders/1  ' + t('or') + '  ' + base(status) + '/api/orders/1'} /></label>
      <button class="primary" id="trace">${label ?? t('tracer.trace')}</button></div>
    <button type="button" class="plain small" aria-expanded=${more} onClick=${() => setMore(!more)}>${more ? '−' : '+'} ${t('tracer.more')}</button>
    ${more && html`<div class="more"><label class="field grow"><span>${t('tracer.headers')}</span>
        <textarea id="trace-headers" rows="3" value=${form.headers} onInput=${set('headers')} spellcheck="false" placeholder="X-API-Key: …"></textarea></label>
      <label class="field"><span>${t('tracer.client')}</span><input value=${form.client} onInput=${set('client')} placeholder="203.0.113.7" /></label>
      <label class="field"><span>${t('tracer.time')}</span><input type="datetime-local" value=${form.time} onInput=${set('time')} /></label></div>`}
  </form>`;
}

export function Curl({ onTrace, label }) {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState('');
  const submit = (event) => {
    event.preventDefault();
    try {
      const request = parseCurl(text);
      setWrong(request ? (request.url ? '' : t('curl.no-url')) : t('curl.none'));
      if (request?.url) {
        onTrace(request);
      }
    } catch (e) {
      setWrong(t('curl.quote', { mark: e.message }));
    }
  };
  return html`<form class="trace-form" onSubmit=${submit}>
    <label class="field"><span>${t('curl.note')}</span><textarea id="curl" rows="4" class="mono" value=${text} spellcheck="false"
      onInput=${(event) => setText(event.target.value)} placeholder=${"curl -X POST http://localhost:8080/api/orders \\\n  -H 'X-API-Key: …' -d '{}'"}></textarea></label>
    ${wrong && html`<p class="bad-text" role="alert">${wrong}</p>`}
    <div><button class="primary" id="trace-curl">${label ?? t('tracer.trace')}</button></div>
  </form>`;
}

export function Recorded({ onTrace, label }) {
  const requests = useGet('/requests?limit=50');
  if (requests.error?.status === 503) {
    return html`<${Empty} title=${t('recorded.none')}>${requests.error.message}<//>`;
  }
  return html`<div class="recorded"><${Loaded} from=${requests}>${(data) => data.items.length === 0
    ? html`<${Empty} title=${t('recorded.none')}>${t('recorded.none.note')}<//>`
    : html`<div class="scroll"><table class="rows"><thead><tr><th>${t('time')}</th><th>${t('request')}</th><th>${t('route')}</th><th class="right">${t('status')}</th><th></th></tr></thead>
      <tbody>${data.items.map((one) => html`<tr><td class="muted">${one.time ? ago(one.time) : ''}</td>
        <td class="mono wrap-anywhere">${one.method} ${one.url ?? (one.host ?? '') + (one.path ?? one.target ?? '')}</td><td class="mono">${one.route ?? '–'}</td>
        <td class="right"><${Badge} kind=${one.status >= 500 ? 'bad' : one.status >= 400 ? 'warn' : 'ok'}>${one.status ?? '–'}<//>
          ${SLOW.includes(one.status) && html` <a class="diagnose-timeouts" href=${link('diagnose', [], { tree: 'timeouts', route: one.route ?? '' })}>${t('nav.diagnose')}</a>`}</td>
        <td><button class="small" onClick=${() => onTrace({ id: one.id })}>${label ?? t('tracer.trace')}</button></td></tr>`)}</tbody></table></div>`}<//></div>`;
}
