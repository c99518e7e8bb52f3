// Releases in steps: what each has got to, and a hand on it.
import { html, useState } from '../vendor/htm-preact.js';
import { post, useGet } from '../lib/api.js';
import { millis, number } from '../lib/format.js';
import { language, t } from '../lib/i18n.js';
import { Badge, Card, Empty, Head, Link, Loaded, Sure } from '../lib/parts.js';
import { link } from '../lib/router.js';

const KIND = { step: 'info', promoted: 'ok', 'rolled-back': 'bad', paused: 'warn' };
const ACTS = { step: ['promote', 'pause', 'rollback'], paused: ['resume', 'promote', 'rollback'], 'rolled-back': ['restart'], promoted: ['rollback', 'restart'] };

export default function Canaries() {
  const canaries = useGet('/canaries?lang=' + language(), 2000);
  return html`<${Head} title=${t('nav.canaries')} note=${t('canaries.note')} />
    <${Loaded} from=${canaries}>${({ items }) => items.length === 0 ? html`<${Card}><${Empty} title=${t('canaries.none')}>${t('canaries.none.note')}<//><//>`
      : html`<div class="canaries">${items.map((one) => html`<${One} key=${one.route} one=${one} onDone=${canaries.reload} />`)}</div>`}<//>`;
}

function One({ one, onDone }) {
  const [error, setError] = useState('');
  const act = (what) => post(`/canaries/${encodeURIComponent(one.route)}/${what}`).then(
    () => {
      setError('');
      onDone();
    },
    (e) => setError(e.message));
  const weight = Math.max(0, Math.min(100, Number(one.weight) || 0));
  const steps = Array.isArray(one.steps) ? one.steps.length : one.steps;
  return html`<${Card}>
    <div class="card-head"><h2><${Link} className="mono" to=${link('routes', [one.route])}>${one.route}<//></h2>
      <${Badge} kind=${KIND[one.state] ?? ''}>${t('canary.' + one.state)}<//>
      ${steps !== undefined && html`<span class="note num">${t('canary.of', { step: one.step, steps })}</span>`}</div>
    <div class="weights" role="img" aria-label=${t('canary.weight', { weight })}>
      ${weight < 100 && html`<span class="stable" style=${{ flexGrow: 100 - weight }}>${t('canary.stable')} ${100 - weight} %</span>`}
      ${weight > 0 && html`<span class="candidate" style=${{ flexGrow: weight }}>${t('canary.candidate')} ${weight} %</span>`}</div>
    <table class="rows"><thead><tr><th></th><th class="right">${t('canary.requests')}</th><th class="right">${t('errors')}</th><th class="right">p99</th></tr></thead>
      <tbody>${['stable', 'candidate'].map((side) => html`<tr><td>${t('canary.' + side)} <span class="mono muted">${typeof one[side] === 'string' ? one[side] : ''}</span></td><td class="right num">${number(figures(one, side).requests)}</td>
        <td class="right num">${number(figures(one, side).errors)} <small class="muted">${share(figures(one, side))}</small></td><td class="right num">${millis(figures(one, side).p99 && figures(one, side).p99 * 1000)}</td></tr>`)}</tbody></table>
    ${one.why && html`<p class="pad muted">${one.why}</p>`}
    <div class="pad actions">${(ACTS[one.state] ?? []).map((what) => html`<${Sure} className="small" onSure=${() => act(what)}>${t('canary.act.' + what)}<//>`)}
      ${error && html`<span class="bad-text" role="alert">${error}</span>`}</div>
  <//>`;
}

const figures = (one, side) => one[side + '-figures'] ?? {};
const share = (side) => (side?.requests > 0 ? number((100 * side.errors) / side.requests) + ' %' : '');
