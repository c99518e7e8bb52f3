// The configuration as text: completion, problems at their line, what a change would do, and making it live.
import { html, useEffect, useRef, useState } from '../vendor/htm-preact.js';
import { headerText, query, send, sendYaml } from '../lib/api.js';
import { language, t } from '../lib/i18n.js';
import { Badge, Card, Changes, Empty, Failure, Head, few, Loading, More, Problems, Sure } from '../lib/parts.js';
import { openEditor } from '../lib/yaml-editor.js';

const SEVERITY = { error: 'bad', danger: 'bad', warning: 'warn', warn: 'warn', info: 'info', note: 'info' };
let draft = null; // what was typed stays while other pages are looked at

export default function Editor({ at, status }) {
  const place = useRef();
  const editor = useRef(null);
  const [source, setSource] = useState({ loading: true });
  const [result, setResult] = useState(null);
  const [busy, setBusy] = useState('');
  useEffect(() => {
    let gone = false;
    live().then(async (found) => {
      const text = draft ?? found.text;
      const opened = await openEditor(place.current, text, () => (draft = opened.text()));
      if (gone) {
        opened.close();
        return;
      }
      editor.current = opened;
      setSource(found);
      show(opened, at);
    }).catch((error) => !gone && setSource({ error }));
    return () => {
      gone = true;
      editor.current?.close();
    };
  }, []);
  const run = (name, work) => async () => {
    setBusy(name);
    try {
      setResult({ kind: name, data: await work(editor.current.text()) });
      editor.current.mark([]);
    } catch (error) {
      setResult({ kind: name, error });
      editor.current.mark(error.problems ?? []);
    }
    setBusy('');
  };
  const part = source.beside ? 'source' : ''; // beside the files, or all there is
  const check = run('check', (text) => sendYaml('POST', '/check' + query({ part }), text));
  const plan = run('plan', (text) => sendYaml('POST', '/plan' + query({ part, lang: language() }), text));
  const apply = (within, message) => run('apply', async (text) => {
    const headers = { ...(source.tag ? { 'if-match': source.tag } : {}), ...(message ? { 'x-message': headerText(message) } : {}) };
    const answer = await sendYaml('PUT', '/config' + query({ 'confirm-within': within }), text, headers);
    draft = null;
    setSource(await live());
    status.reload();
    return answer;
  })();
  const again = async () => {
    const found = await live();
    draft = null;
    editor.current.replace(found.text);
    setSource(found);
    setResult(null);
  };
  return html`<${Head} title=${t('nav.editor')} note=${source.absent ? t('editor.empty') : t('editor.note')}>
      <button id="reload-config" onClick=${again} disabled=${!editor.current}>${t('editor.reload')}</button>
      <button id="check" onClick=${check} disabled=${busy !== '' || !editor.current}>${t('editor.check')}</button>
      <button id="plan" class="primary" onClick=${plan} disabled=${busy !== '' || !editor.current}>${t('editor.plan')}</button><//>
    ${source.error && html`<${Failure} error=${source.error} />`}
    ${source.loading && html`<${Loading} />`}
    <div class="editor-side"><div class="editor" ref=${place} id="yaml"></div>
      <div class="stack" aria-live="polite" id="result">
        <${Result} result=${result} busy=${busy} onChoose=${(problem) => editor.current.goTo(problem.line, problem.column)} />
        ${!source.writable ? html`<p class="muted" id="read-only">${t('editor.fixed')}</p>` : html`<${Apply} onApply=${apply} busy=${busy} result=${result} onAgain=${again} />`}
      </div></div>`;
}

/** What is live as text; empty where this gateway does not tell it. */
async function live() {
  try {
    const response = await send('/config', { accept: 'application/yaml' });
    const where = response.headers.get('x-config-source');
    return { text: await response.text(), tag: response.headers.get('etag'), beside: where !== 'files', writable: response.headers.get('x-config-writable') === 'true' };
  } catch (error) {
    if (error.absent) {
      return { text: '', tag: null, absent: true };
    }
    throw error;
  }
}

/** Goes to the line that an address asks for, or to the id of a route. */
function show(editor, at) {
  const wanted = at.query.get('find');
  const line = Number(/:(\d+)$/.exec(at.query.get('at') ?? '')?.[1]);
  if (wanted) {
    editor.find(wanted, line);
  }
}

// ---- what came of it ----

function Result({ result, busy, onChoose }) {
  if (busy) {
    return html`<${Card}><${Loading} /><//>`;
  }
  if (!result) {
    return html`<${Card}><${Empty} title=${t('editor.nothing-yet')}>${t('editor.keys')}<//><//>`;
  }
  if (result.error) {
    return html`<${Refusal} error=${result.error} onChoose=${onChoose} />`;
  }
  const { kind, data } = result;
  if (kind === 'plan') {
    return html`<${Plan} data=${data} />`;
  }
  return html`<${Card} title=${t('editor.' + kind)}><p class="alert ok pad" role="status">${t('editor.' + kind + '.good')}</p>
    ${data.problems?.length > 0 && html`<${Problems} problems=${data.problems} onChoose=${onChoose} />`}<//>`;
}

function Refusal({ error, onChoose }) {
  if (error.code === 'READ_ONLY') {
    return html`<div class="alert warn" role="alert"><strong>${t('editor.read-only')}</strong> ${error.message}</div>`;
  }
  if (error.status === 412) {
    return html`<div class="alert warn" role="alert"><strong>${t('editor.conflict')}</strong> ${t('editor.conflict.note')}</div>`;
  }
  if (error.problems.length > 0) {
    return html`<${Card} title=${t('editor.problems', { count: error.problems.length })}><${Problems} problems=${error.problems} onChoose=${onChoose} /><//>`;
  }
  return html`<${Failure} error=${error} />`;
}

function Plan({ data }) {
  return html`<${Card} title=${t('plan.findings')} note=${Object.entries(data.counts).filter(([, count]) => count > 0).map(([name, count]) => `${t('severity.' + name)} ${count}`).join(' · ')}>
      ${data.findings.length === 0 ? html`<p class="alert ok pad" role="status">${t('plan.safe')}</p>`
        : html`<ul class="findings">${few(data.findings).map((one) => html`<li><${Badge} kind=${SEVERITY[one.severity] ?? ''}>${t('severity.' + one.severity)}<//>
            <span>${one.text} <span class="at">${one.at ?? ''}</span></span></li>`)}</ul><${More} count=${data.findings.length - few(data.findings).length} />`}<//>
    <${Card} title=${t('plan.changes', { count: data.changes.length })}><${Changes} changes=${data.changes} /><//>`;
}

function Apply({ onApply, busy, result, onAgain }) {
  const [within, setWithin] = useState('2m');
  const [message, setMessage] = useState('');
  const conflict = result?.error?.status === 412;
  const planned = result?.kind === 'plan' && result.data;
  const fixed = result?.error?.code === 'READ_ONLY';
  return html`<${Card} title=${t('editor.apply')}><div class="trace-form">
    <label class="field"><span>${t('changes.message')}</span><input value=${message} placeholder=${t('changes.why')} onInput=${(event) => setMessage(event.target.value)} /></label>
    <label class="field"><span>${t('confirm-within')}</span><select value=${within} onChange=${(event) => setWithin(event.target.value)}>
      ${['2m', '10m', ''].map((span) => html`<option value=${span} selected=${span === within}>${span ? t('confirm-within.span', { span }) : t('confirm-within.no')}</option>`)}</select></label>
    <div class="actions"><${Sure} className="primary" disabled=${busy !== '' || fixed} onSure=${() => onApply(within, message)}>${t('editor.apply')}<//>
      ${!planned && html`<span class="muted">${t('editor.plan-first')}</span>`}
      ${conflict && html`<button class="small" onClick=${onAgain}>${t('editor.reload')}</button>`}</div></div><//>`;
}
