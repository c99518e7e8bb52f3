// What was live, what differed, and the way back.
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { headerText, post, query, useGet } from '../lib/api.js';
import { ago, author, dateTime, number } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { Badge, Card, Changes as Diff, Empty, Failure, Head, Loaded, Pager, Sure } from '../lib/parts.js';
import { link } from '../lib/router.js';

const PER_PAGE = 30;

export default function Changes({ at, status }) {
  const [page, setPage] = useState(1);
  const live = status.data?.config?.live?.number;
  const versions = useGet('/versions' + query({ page, 'per-page': PER_PAGE }), 5000);
  const items = versions.data?.items ?? [];
  const chosen = Number(at.parts[0]) || items[0]?.number;
  return html`<${Head} title=${t('nav.changes')} note=${t('changes.note')}>
      <a class="button" id="plan-change" href=${link('editor')}>${t('changes.plan')}</a><//>
    <div class="columns even">
      <${Card} title=${t('changes.history')} className="flush"><${Loaded} from=${versions}>${(data) => html`
        <ul class="timeline" id="versions">${data.items.map((one) => html`<${Row} key=${one.number} one=${one} chosen=${one.number === chosen} live=${one.number === live} />`)}</ul>
        ${data.items.length === 0 && html`<${Empty} title=${t('changes.none')} />`}
        <${Pager} page=${data.page} perPage=${data['per-page']} total=${data.total} onPage=${setPage} />`}<//><//>
      ${chosen !== undefined && html`<${Version} key=${chosen} chosen=${chosen} live=${live} status=${status} onDone=${versions.reload} />`}
    </div>`;
}

function Row({ one, chosen, live }) {
  return html`<li class=${chosen ? 'chosen' : ''}>
    <a class="version num" href=${link('changes', [String(one.number)])} aria-current=${chosen ? 'true' : undefined}>#${one.number}</a>
    <span>${author(one.author)} ${one.source && one.source !== 'files' && html`<${Badge}>${one.source}<//> `}${live && html`<${Badge} kind="ok">${t('live')}<//>`}</span>
    <span class="muted" title=${dateTime(one.time)}>${ago(one.time)}</span>
    ${one.message && html`<span class="message">${one.message}</span>`}</li>`;
}

/** One version beside the one before it, or beside what is live now. */
function Version({ chosen, live, status, onDone }) {
  const [against, setAgainst] = useState('before');
  const version = useGet('/versions/' + chosen);
  const from = against === 'before' ? chosen - 1 : chosen;
  const diff = useGet(from < 1 ? null : '/versions/diff' + query(against === 'before' ? { from, to: chosen } : { from }));
  return html`<div class="stack">
    <${Card} title=${t('version', { number: chosen })} note=${version.data ? dateTime(version.data.time) : ''}
      actions=${html`<select aria-label=${t('changes.against')} value=${against} onChange=${(event) => setAgainst(event.target.value)}>
        <option value="before">${t('changes.before')}</option><option value="live">${t('changes.live')}</option></select>`}>
      ${version.data && html`<dl class="pairs"><dt>${t('changes.author')}</dt><dd>${author(version.data.author)}</dd>
        ${version.data.message && html`<dt>${t('changes.message')}</dt><dd>${version.data.message}</dd>`}
        <dt>${t('changes.source')}</dt><dd>${version.data.source}</dd><dt>${t('changes.hash')}</dt><dd class="mono">${version.data.hash.slice(0, 16)}</dd></dl>`}
      ${version.data && live !== undefined && chosen !== live && html`<${Rollback} number=${chosen} onDone=${() => { onDone(); status.reload(); }} />`}
    <//>
    <${Card} title=${t('changes.diff')} note=${against === 'before' ? (from < 1 ? '' : t('changes.from-to', { from, to: chosen })) : t('changes.from-live', { from })}>
      ${from < 1 ? html`<${Empty} title=${t('changes.first')} />` : diff.error ? html`<${Absent} error=${diff.error} />`
        : html`<${Loaded} from=${diff}>${(data) => html`<${Diff} changes=${data.changes} />`}<//>`}<//>
  </div>`;
}

function Absent({ error }) {
  return error.status === 404 ? html`<${Empty} title=${t('changes.gone')}>${error.message}<//>` : html`<${Failure} error=${error} />`;
}

function Rollback({ number: wanted, onDone }) {
  const [message, setMessage] = useState('');
  const [within, setWithin] = useState('2m');
  const [result, setResult] = useState(null);
  useEffect(() => setResult(null), [wanted]);
  const back = () =>
    post(`/versions/${wanted}/rollback` + query({ 'confirm-within': within }), undefined, { headers: message ? { 'x-message': headerText(message) } : {} }).then(
      (done) => {
        setResult({ done });
        onDone();
      },
      (error) => setResult({ error }));
  return html`<div class="trace-form">
    <div class="line"><label class="grow"><span class="sr">${t('changes.message')}</span><input placeholder=${t('changes.why')} value=${message} onInput=${(event) => setMessage(event.target.value)} /></label>
      <label><span class="sr">${t('confirm-within')}</span><select value=${within} onChange=${(event) => setWithin(event.target.value)}>
        ${['', '1m', '2m', '10m'].map((span) => html`<option value=${span} selected=${span === within}>${span ? t('confirm-within.span', { span }) : t('confirm-within.no')}</option>`)}</select></label>
      <${Sure} onSure=${back}>${t('changes.rollback', { number: number(wanted) })}<//></div>
    ${result?.done && html`<p class="alert ok" role="status">${t('changes.rolled-back')}</p>`}
    ${result?.error && (result.error.absent && result.error.status !== 403 ? html`<p class="muted" role="alert">${t('changes.no-rollback')} ${result.error.message}</p>` : html`<p class="bad-text" role="alert">${result.error.message}</p>`)}
  </div>`;
}
