// Walks a tree of trouble-shooting: of requests that take too long, or of a client that does not get in.
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { post, query } from '../lib/api.js';
import { language, t } from '../lib/i18n.js';
import { Badge, Card, Failure, Head, Loading, Tabs } from '../lib/parts.js';
import { Curl, Form, Recorded, completed, fromForm } from './tracer.js';

const KIND = { good: 'ok', 'not-known': '', suspect: 'warn', found: 'bad' };

export default function Diagnose({ at, status }) {
  const [tree, setTree] = useState(at.query.get('tree') ?? 'timeouts');
  const [asked, setAsked] = useState(null);
  const [answer, setAnswer] = useState({});
  useEffect(() => {
    if (!asked) {
      return undefined;
    }
    const control = new AbortController();
    setAnswer({ loading: true });
    post('/diagnose' + query({ lang: language() }), asked, { signal: control.signal }).then(
      (data) => setAnswer({ data }),
      (error) => !control.signal.aborted && setAnswer({ error }));
    return () => control.abort();
  }, [asked, language()]);
  useEffect(() => {
    if (at.query.get('tree')) {
      choose(at.query.get('tree'));
    }
  }, [at]);
  const choose = (next) => {
    setTree(next);
    setAsked(null);
    setAnswer({});
  };
  return html`<${Head} title=${t('nav.diagnose')} note=${t('diagnose.note')} />
    <${Card} className="ask">
      <${Tabs} label=${t('diagnose.tree')} chosen=${tree} onChoose=${choose} items=${['timeouts', 'auth'].map((key) => [key, t('diagnose.' + key)])} />
      ${tree === 'timeouts'
        ? html`<${Timeouts} key=${at.query.toString()} at=${at} onAsk=${(scope) => setAsked({ tree, ...scope })} />`
        : html`<${Auth} at=${at} status=${status} onAsk=${(request) => setAsked({ tree, ...completed(request, status.data) })} />`}
    <//>
    <div aria-live="polite" id="answer">
      ${answer.loading && html`<${Loading} />`}
      ${answer.error && html`<${Failure} error=${answer.error} />`}
      ${answer.data && html`<${Walked} told=${answer.data} />`}
    </div>`;
}

// ---- what is asked ----

function Timeouts({ at, onAsk }) {
  const [form, setForm] = useState({ route: at.query.get('route') ?? '', upstream: at.query.get('upstream') ?? '', since: '5m', probe: false });
  const set = (name) => (event) => setForm({ ...form, [name]: event.target.value });
  const submit = (event) => {
    event.preventDefault();
    const scope = { since: form.since.trim() };
    for (const name of ['route', 'upstream']) {
      if (form[name].trim()) {
        scope[name] = form[name].trim();
      }
    }
    onAsk(form.probe ? { ...scope, probe: true } : scope);
  };
  return html`<form class="trace-form" onSubmit=${submit}>
    <div class="more">
      <label class="field"><span>${t('route')}</span><input id="diagnose-route-id" data-search class="mono" value=${form.route} onInput=${set('route')} placeholder=${t('diagnose.all')} spellcheck="false" autocomplete="off" /></label>
      <label class="field"><span>${t('upstream')}</span><input id="diagnose-upstream-name" class="mono" value=${form.upstream} onInput=${set('upstream')} placeholder=${t('diagnose.all')} spellcheck="false" autocomplete="off" /></label>
      <label class="field"><span>${t('diagnose.since')}</span><input id="diagnose-since" value=${form.since} onInput=${set('since')} placeholder="5m" autocomplete="off" /></label>
    </div>
    <label><input type="checkbox" id="diagnose-probe" checked=${form.probe} onChange=${(event) => setForm({ ...form, probe: event.target.checked })} /> ${t('diagnose.probe')}</label>
    <div><button class="primary" id="diagnose">${t('diagnose.run')}</button></div>
  </form>`;
}

function Auth({ at, status, onAsk }) {
  const [from, setFrom] = useState('form');
  const [form, setForm] = useState({ method: at.query.get('method') ?? 'GET', url: at.query.get('url') ?? '', headers: '', client: '', time: '' });
  const label = t('diagnose.run');
  return html`<${Tabs} label=${t('tracer.from')} chosen=${from} onChoose=${setFrom} items=${['form', 'curl', 'recorded'].map((key) => [key, t('tracer.' + key)])} />
    ${from === 'form' && html`<${Form} form=${form} onChange=${setForm} onTrace=${() => onAsk(fromForm(form))} status=${status.data} label=${label} />`}
    ${from === 'curl' && html`<${Curl} onTrace=${onAsk} label=${label} />`}
    ${from === 'recorded' && html`<${Recorded} onTrace=${onAsk} label=${label} />`}`;
}

// ---- what was found ----

function Walked({ told }) {
  return html`<section class=${'verdict ' + (told.conclusion ? 'bad' : 'ok')} id="verdict">
      <div><h2>${t(told.conclusion ? 'diagnose.found' : 'diagnose.none')}</h2><p>${told.text}</p></div></section>
    <${Card}><ol class="filter-steps" id="walked">${told.steps.map((step) => html`<li class=${KIND[step.verdict] || 'off'}>
      <div class="wrap"><strong>${step.name}</strong> <${Badge} kind=${KIND[step.verdict]}>${t('diagnose.verdict.' + step.verdict)}<//></div>
      ${step.evidence.map((seen) => html`<div>${seen.text} ${seen.at && html`<span class="at mono">${seen.at}</span>`}
        ${seen.advice && html`<div>→ ${seen.advice}</div>`}
        ${(seen.advice || ['found', 'suspect'].includes(seen.verdict)) && seen.docs && html`<small class="muted mono">${seen.docs}</small>`}</div>`)}
    </li>`)}</ol><//>`;
}
