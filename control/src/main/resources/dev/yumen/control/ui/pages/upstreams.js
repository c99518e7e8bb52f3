// Services: a map of their endpoints, what guards them, and each endpoint in a line.
import { html, useState } from '../vendor/htm-preact.js';
import { useGet } from '../lib/api.js';
import { number } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { Badge, Card, Dot, Empty, Head, Link, Loaded, Search } from '../lib/parts.js';
import { link } from '../lib/router.js';

export default function Upstreams({ at }) {
  return at.parts.length > 0 ? html`<${Detail} name=${at.parts[0]} />` : html`<${All} />`;
}

/** ok: used; warn: used though checks fail; bad: not used. */
function state(end) {
  if (!end.used) {
    return end['ejected-for-seconds'] !== undefined || end.checks === 'unhealthy' ? 'bad' : 'warn';
  }
  return end.checks === 'unhealthy' ? 'warn' : 'ok';
}

const BREAKER = { closed: 'ok', open: 'bad', 'half-open': 'warn' };

function All() {
  const [search, setSearch] = useState('');
  const upstreams = useGet('/upstreams', 3000);
  return html`<${Head} title=${t('nav.upstreams')} note=${t('upstreams.note')} />
    <div class="toolbar"><${Search} value=${search} onInput=${setSearch} label=${t('upstreams.search')} /><${Key} /></div>
    <${Loaded} from=${upstreams}>${(data) => {
      const all = Object.entries(data).filter(([name, one]) => matches(name, one, search.trim().toLowerCase()));
      return all.length === 0 ? html`<${Card}><${Empty} title=${t('upstreams.none')} /><//>`
        : html`<div class="upstreams">${all.slice(0, 300).map(([name, one]) => html`<${One} key=${name} name=${name} one=${one} />`)}</div>`;
    }}<//>`;
}

function matches(name, one, wanted) {
  return !wanted || name.toLowerCase().includes(wanted) || one.endpoints.some((end) => (end.address + end.name).toLowerCase().includes(wanted));
}

function Key() {
  return html`<span class="key">${['ok', 'warn', 'bad'].map((kind) => html`<span><span class=${'dot ' + kind}></span> ${t('endpoint.' + kind)}</span>`)}</span>`;
}

function One({ name, one }) {
  const used = one.endpoints.filter((end) => end.used).length;
  const worst = used === 0 ? 'bad' : used < one.endpoints.length ? 'warn' : 'ok';
  return html`<${Card} className="upstream">
    <div class="card-head"><${Dot} state=${worst} label=${t('endpoint.' + worst)} /><h2><${Link} className="mono" to=${link('upstreams', [name])}>${name}<//></h2>
      <span class="note num">${t('upstreams.used', { used, all: one.endpoints.length })}</span></div>
    <div class="map">${one.endpoints.slice(0, 60).map((end) => html`<span class=${'cell ' + state(end)} title=${title(end)}>
      <span class="mono">${end.address}</span><small class="num">${t('endpoint.active', { count: number(end.active) })}</small></span>`)}
      ${one.endpoints.length === 0 && html`<span class="muted">${t('upstreams.no-endpoints')}</span>`}</div>
    <${Guards} one=${one} /><//>`;
}

function title(end) {
  return [end.address, t(end.used ? 'endpoint.used' : 'endpoint.unused'), end['last-check']].filter(Boolean).join(' · ');
}

function Guards({ one }) {
  const limit = one.concurrency;
  return html`<div class="guards">
    ${one['circuit-breaker'] && html`<span>${t('breaker')} <${Badge} kind=${BREAKER[one['circuit-breaker']] ?? ''}>${t('breaker.' + one['circuit-breaker'])}<//></span>`}
    ${limit && html`<span class="gauge">${t('places')} <meter min="0" max=${limit.limit} value=${limit.active}></meter>
      <span class="num">${limit.active} / ${limit.limit}</span>${limit.pending > 0 && html` <${Badge} kind="warn">${t('places.pending', { count: limit.pending })}<//>`}</span>`}
  </div>`;
}

function Detail({ name }) {
  const upstream = useGet('/upstreams/' + encodeURIComponent(name), 2000);
  return html`<nav class="crumbs" aria-label=${t('crumbs')}><a href=${link('upstreams')}>${t('nav.upstreams')}</a> <span>/</span> <span class="mono">${name}</span></nav>
    <${Loaded} from=${upstream}>${(one) => html`<${Head} title=${name}><a class="button" id="diagnose-upstream" href=${link('diagnose', [], { upstream: name })}>${t('nav.diagnose')}</a>
        <a class="button" href=${link('routes', [], { search: name })}>${t('upstreams.routes')}</a><//>
      <${Guards} one=${one} />
      <${Card} className="flush"><div class="scroll"><table class="rows stacked"><thead><tr><th>${t('endpoint')}</th><th>${t('endpoint.state')}</th><th class="right">${t('endpoint.under-way')}</th>
        <th class="right">${t('weight')}</th><th class="right">${t('priority')}</th><th>${t('zone')}</th><th>${t('endpoint.checks')}</th></tr></thead>
        <tbody>${one.endpoints.map((end) => html`<tr><td class="mono strong">${end.address}${end.name !== end.address && html` <small class="muted">${end.name}</small>`}</td>
          <td><${Dot} state=${state(end)} label=${t('endpoint.' + state(end))} /> ${t(end.used ? 'endpoint.used' : 'endpoint.unused')}
            ${end['ejected-for-seconds'] !== undefined && html` <${Badge} kind="bad">${t('endpoint.ejected', { seconds: number(end['ejected-for-seconds']) })}<//>`}</td>
          <td class="right num">${end.active}</td><td class="right num">${end.weight}</td><td class="right num">${end.priority}</td>
          <td>${end.zone ?? '–'}</td><td>${t('checks.' + end.checks)} <small class="muted">${end['last-check'] ?? ''}</small></td></tr>`)}</tbody></table></div><//>
      `}<//>`;
}
