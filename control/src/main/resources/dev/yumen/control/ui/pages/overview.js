// How the gateway fares now: rate, errors by who failed, latency, and the routes that carry it.
import { html, useMemo } from '../vendor/htm-preact.js';
import { useGet } from '../lib/api.js';
import { Chart } from '../lib/chart.js';
import { millis, number } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { Card, Dot, Empty, Failure, Head, Link, Loading, Tile } from '../lib/parts.js';
import { link } from '../lib/router.js';
import { columns, useTraffic } from '../lib/traffic.js';

export default function Overview({ status }) {
  const traffic = useTraffic();
  const { now } = traffic;
  const note = html`${now && html`<span class="live"><${Dot} state=${traffic.state === 'open' ? 'ok pulse' : 'warn'} label=${t(traffic.state === 'open' ? 'overview.live' : 'overview.lost')} />
    ${t(traffic.state === 'open' ? 'overview.live' : 'overview.lost')}</span>`}`;
  return html`<${Head} title=${t('nav.overview')} note=${t('overview.note')}>${note}<//>
    ${traffic.error ? html`<${Without} error=${traffic.error} />` : now ? html`<${Figures} now=${now} />
      <${Charts} points=${traffic.points} />
      <div class="columns"><${TopRoutes} routes=${now.routes ?? []} /><${Right} now=${now} /></div>` : html`<${Loading} />`}
    <${Facts} status=${status} />`;
}

function Without({ error }) {
  return error.absent
    ? html`<${Card}><${Empty} title=${t('overview.absent')}>${error.status === 403 ? error.message : t('error.absent.note')}<//><//>`
    : html`<${Failure} error=${error} />`;
}

function errorsOf(now) {
  const errors = now['errors-per-second'];
  return typeof errors === 'object' && errors ? errors : { client: 0, gateway: 0, upstream: errors ?? 0 };
}

function Figures({ now }) {
  const errors = errorsOf(now);
  const latency = now['latency-ms'];
  const ours = (errors.gateway ?? 0) + (errors.upstream ?? 0);
  return html`<div class="tiles" id="figures">
    <${Tile} name=${t('figure.rate')} value=${number(now['requests-per-second'])} unit=${t('unit.per-second')} />
    <${Tile} name=${t('figure.errors')} kind=${ours > 0 ? 'bad' : ''} value=${number(ours)} unit=${t('unit.per-second')}
      note=${t('figure.errors.note', { client: number(errors.client ?? 0) })} />
    <${Tile} name="p99" value=${millis(latency?.p99)} note=${'p50 ' + millis(latency?.p50)} />
    <${Tile} name=${t('figure.in-flight')} value=${number(now['in-flight'])} />
    <${Tile} name=${t('figure.connections')} value=${number(now.connections)} />
  </div>`;
}

function Charts({ points }) {
  const rates = useMemo(() => columns(points, 'rate'), [points]);
  const byWho = points.some((one) => one.upstream > 0 || one.gateway > 0 || one.client > 0 || one.errors === null || one.errors === 0);
  const errors = useMemo(() => columns(points, ...(byWho ? ['upstream', 'gateway', 'client'] : ['errors'])), [points, byWho]);
  const latency = useMemo(() => columns(points, 'p99', 'p50'), [points]);
  const who = byWho
    ? [{ name: t('who.upstream'), colour: '--bad', fill: true }, { name: t('who.gateway'), colour: '--warn' }, { name: t('who.client'), colour: '--info' }]
    : [{ name: t('figure.errors'), colour: '--bad', fill: true }];
  return html`<div class="charts">
    <${Card} title=${t('figure.rate')}><${Chart} data=${rates} format=${number} label=${t('figure.rate')}
      series=${[{ name: t('unit.per-second'), colour: '--accent', fill: true }]} /><//>
    <${Card} title=${t('figure.errors-by')}><${Chart} data=${errors} format=${number} label=${t('figure.errors-by')} series=${who} /><//>
    <${Card} title=${t('figure.latency')}><${Chart} data=${latency} format=${millis} label=${t('figure.latency')}
      series=${[{ name: 'p99', colour: '--violet', fill: true }, { name: 'p50', colour: '--accent' }]} /><//>
  </div>`;
}

const rate = (row) => row['requests-per-second'] ?? 0;

function errorRate(row) {
  const errors = row['errors-per-second'];
  return typeof errors === 'object' && errors ? Object.values(errors).reduce((a, b) => a + b, 0) : errors ?? 0;
}

function TopRoutes({ routes }) {
  const most = [...routes].sort((a, b) => rate(b) - rate(a)).slice(0, 12);
  const top = Math.max(1e-9, ...most.map(rate));
  return html`<${Card} title=${t('overview.top')} actions=${html`<a href=${link('routes')}>${t('all')}</a>`}>
    ${most.length === 0 ? html`<${Empty} title=${t('overview.quiet')} />` : html`<div class="scroll"><table class="rows">
      <thead><tr><th>${t('route')}</th><th class="right">${t('unit.per-second')}</th><th class="right">${t('errors')}</th>
        <th class="right">p50</th><th class="right">p99</th></tr></thead>
      <tbody>${most.map((row) => html`<tr key=${row.route}>
        <td class="bar-cell"><i class="bar" style=${{ width: (100 * rate(row)) / top + '%' }}></i>
          <${Link} className="mono" to=${link('routes', [row.route])}>${row.route}<//></td>
        <td class="right num">${number(rate(row))}</td>
        <td class=${'right num' + (errorRate(row) > 0 ? ' bad-text' : ' muted')}>${number(errorRate(row))}</td>
        <td class="right num">${millis(row.p50)}</td><td class="right num">${millis(row.p99)}</td></tr>`)}</tbody>
    </table></div>`}<//>`;
}

function Right({ now }) {
  return html`<div class="stack"><${Statuses} statuses=${now.statuses ?? {}} /><${Health} /></div>`;
}

const STATUS_KIND = { 1: 'info', 2: 'ok', 3: 'info', 4: 'warn', 5: 'bad' };

function Statuses({ statuses }) {
  const all = Object.entries(statuses).filter(([, value]) => value > 0);
  const sum = all.reduce((total, [, value]) => total + value, 0);
  return html`<${Card} title=${t('overview.statuses')}>
    ${sum === 0 ? html`<p class="muted pad">${t('overview.quiet')}</p>` : html`<div class="meter" role="img" aria-label=${all.map(([name, value]) => name + ' ' + number(value)).join(', ')}>
      ${all.map(([name, value]) => html`<i class=${STATUS_KIND[name[0]] || 'info'} style=${{ flexGrow: value }}></i>`)}</div>
    <ul class="meter-key">${all.map(([name, value]) => html`<li><span class=${'dot ' + (STATUS_KIND[name[0]] || 'info')}></span>
      ${name} <b class="num">${number(value)}</b> <span class="muted num">${number((100 * value) / sum)} %</span></li>`)}</ul>`}<//>`;
}

function Health() {
  const upstreams = useGet('/upstreams', 4000);
  return html`<${Card} title=${t('nav.upstreams')} actions=${html`<a href=${link('upstreams')}>${t('all')}</a>`}>
    ${upstreams.data ? html`<ul class="health-lines">${Object.entries(upstreams.data).slice(0, 14).map(([name, one]) => html`<li key=${name}>
      <${Link} className="mono" to=${link('upstreams', [name])}>${name}<//>
      <span class="health-dots">${one.endpoints.slice(0, 24).map((end) => html`<${Dot} state=${end.used ? 'ok' : 'bad'} label=${end.address + ' ' + t(end.used ? 'endpoint.used' : 'endpoint.unused')} />`)}</span></li>`)}</ul>`
    : upstreams.error ? html`<${Failure} error=${upstreams.error} />` : html`<${Loading} />`}<//>`;
}

function Facts({ status }) {
  const data = status.data;
  return data ? html`<div class="facts">
    ${['routes', 'upstreams', 'consumers'].map((name) => html`<a href=${link(name)}><b class="num">${number(data[name])}</b> ${t('nav.' + name)}</a>`)}
    ${Object.entries(data.addresses ?? {}).map(([name, address]) => html`<span><b>${name}</b> <span class="mono">${address}</span></span>`)}
  </div>` : null;
}
