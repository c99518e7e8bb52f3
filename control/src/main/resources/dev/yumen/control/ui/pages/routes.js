// All routes, searched by the gateway, and one of them in full.
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { ApiError, get, query, useGet } from '../lib/api.js';
import { ago, author, millis, number } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { Badge, Card, Empty, Head, Link, Loaded, Pager, Search, Tile } from '../lib/parts.js';
import { link, replace } from '../lib/router.js';

const PER_PAGE = 50;

export default function Routes({ at }) {
  return at.parts.length > 0 ? html`<${Detail} key=${at.parts[0]} id=${at.parts[0]} />` : html`<${List} at=${at} />`;
}

// ---- the list ----

function List({ at }) {
  const [search, setSearch] = useState(at.query.get('search') ?? '');
  const [asked, setAsked] = useState(search);
  const [page, setPage] = useState(Number(at.query.get('page')) || 1);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (search !== asked) {
        setAsked(search);
        setPage(1);
      }
    }, 150);
    return () => clearTimeout(timer);
  }, [search]);
  useEffect(() => replace(link('routes', [], { search: asked, page: page > 1 ? page : '' })), [asked, page]);
  const routes = useGet('/routes' + query({ search: asked, page, 'per-page': PER_PAGE }));
  return html`<${Head} title=${t('nav.routes')} note=${t('routes.note')} />
    <div class="toolbar"><${Search} value=${search} onInput=${setSearch} label=${t('routes.search')} />
      ${routes.data && html`<span class="muted num" role="status" id="routes-total">${t('routes.total', { count: number(routes.data.total) })}</span>`}</div>
    <${Card} className="flush"><${Loaded} from=${routes}>${(data) => html`<${Table} items=${data.items} asked=${asked} />
      <${Pager} page=${data.page} perPage=${data['per-page']} total=${data.total} onPage=${setPage} />`}<//><//>`;
}

function Table({ items, asked }) {
  if (items.length === 0) {
    return html`<${Empty} title=${t('routes.nothing')}>
      ${asked.startsWith('/') && html`<a href=${link('tracer', [], { url: asked, go: '1' })}>${t('palette.trace', { request: 'GET ' + asked })}</a>`}<//>`;
  }
  return html`<div class="scroll"><table class="rows stacked" id="routes">
    <thead><tr><th>${t('route')}</th><th>${t('route.match')}</th><th>${t('route.filters')}</th><th>${t('route.ends')}</th><th>${t('at')}</th></tr></thead>
    <tbody>${items.map((row) => html`<tr key=${row.id}>
      <td><${Link} className="mono strong" to=${link('routes', [row.id])}>${row.id}<//></td>
      <td><${Match} row=${row} /></td>
      <td class="wrap">${list(row.filters).map((name) => html`<${Badge}>${name}<//>`)}</td>
      <td><${Ends} ends=${row.ends} /></td>
      <td class="at mono">${row.at}</td></tr>`)}</tbody>
  </table></div>`;
}

const list = (text) => (text ? text.split(',') : []);

function Match({ row }) {
  return html`<span class="match">${list(row.methods).map((name) => html`<${Badge} kind=${'method ' + name.toLowerCase()}>${name}<//>`)}
    ${row.host && html`<span class="mono muted">${row.host}</span>`}<span class="mono">${row.path || t('route.any-path')}</span>
    ${list(row.more).map((what) => html`<${Badge} kind="info">${what}<//>`)}</span>`;
}

function Ends({ ends }) {
  const [kind, ...rest] = ends.split(' ');
  const target = rest.join(' ');
  if (kind !== 'to') {
    return html`<span><span class="muted">${t('ends.' + kind)}</span> <span class="mono">${target}</span></span>`;
  }
  return html`<span class="wrap">${target.split(',').map((one, at) => {
    const [name, weight] = one.split(':');
    return html`${at > 0 && ', '}<${Link} className="mono" to=${link('upstreams', [name])}>${name}<//>${weight && html`<small class="muted num"> ${weight}</small>`}`;
  })}</span>`;
}

// ---- one route ----

function Detail({ id }) {
  const route = useRoute(id);
  return html`<nav class="crumbs" aria-label=${t('crumbs')}><a href=${link('routes')}>${t('nav.routes')}</a> <span>/</span> <span class="mono">${id}</span></nav>
    <${Loaded} from=${route}>${(row) => html`<${Head} title=${row.id} note=${row.at}>
        <a class="button" id="trace-route" href=${link('tracer', [], { url: example(row), method: list(row.methods)[0] ?? 'GET' })}>${t('route.trace')}</a>
        <a class="button" id="diagnose-route" href=${link('diagnose', [], { route: row.id })}>${t('nav.diagnose')}</a>
        <a class="button" href=${link('editor', [], { at: row.at ?? '', find: row.id })}>${t('route.edit')}</a><//>
      <${Figures} id=${id} />
      <div class="columns even">
        <${Card} title=${t('route.match')}><dl class="pairs">
          <dt>${t('match.methods')}</dt><dd>${list(row.methods).map((name) => html`<${Badge} kind=${'method ' + name.toLowerCase()}>${name}<//>`)}${!row.methods && t('match.any')}</dd>
          <dt>${t('match.host')}</dt><dd class="mono">${row.host || t('match.any')}</dd>
          <dt>${t('match.path')}</dt><dd class="mono">${row.path || t('route.any-path')}</dd>
          ${row.more && html`<dt>${t('match.more')}</dt><dd>${list(row.more).map((what) => html`<${Badge} kind="info">${what}<//>`)}</dd>`}
          <dt>${t('route.ends')}</dt><dd><${Ends} ends=${row.ends} /></dd>
          <dt>${t('at')}</dt><dd class="mono">${row.at}</dd></dl><//>
        <${Card} title=${t('route.filters')} note=${t('route.order')}>
          ${row.filters ? html`<ol class="steps">${list(row.filters).map((name) => html`<li class="mono">${name}</li>`)}</ol>` : html`<p class="muted pad">${t('route.no-filters')}</p>`}<//>
      </div>
      <${LastChange} id=${id} />`}<//>`;
}

/** An id with a slash can not be part of a path there, so it is searched for. */
function useRoute(id) {
  const slash = id.includes('/');
  const found = useGet(slash ? '/routes' + query({ search: id, 'per-page': 1000 }) : '/routes/' + encodeURIComponent(id));
  if (!slash || !found.data) {
    return found;
  }
  const row = found.data.items.find((one) => one.id === id);
  return row ? { ...found, data: row } : { ...found, data: undefined, error: new ApiError(404, {}) };
}

/** A path that the pattern takes, for a start. */
function example(row) {
  return (row.path || '/').replace(/\/?\*\*$/, '/1').replace(/\{[^}]*\}/g, '1').replace(/\*/g, '1');
}

function Figures({ id }) {
  const traffic = useGet(`/routes/${encodeURIComponent(id)}/traffic`, 3000);
  if (!traffic.data) {
    return null; // this gateway does not tell of single routes
  }
  const data = traffic.data;
  const errors = data['errors-per-second'];
  const sum = typeof errors === 'object' && errors ? Object.values(errors).reduce((a, b) => a + b, 0) : errors;
  return html`<div class="tiles"><${Tile} name=${t('figure.rate')} value=${number(data['requests-per-second'])} unit=${t('unit.per-second')} />
    <${Tile} name=${t('figure.errors')} kind=${sum > 0 ? 'bad' : ''} value=${number(sum)} unit=${t('unit.per-second')} />
    <${Tile} name="p50" value=${millis(data.p50 ?? data['latency-ms']?.p50)} /><${Tile} name="p99" value=${millis(data.p99 ?? data['latency-ms']?.p99)} /></div>`;
}

const LOOK_BACK = 8;

/** Goes back through the newest versions until one changed this route. */
function LastChange({ id }) {
  const [found, setFound] = useState(undefined);
  useEffect(() => {
    const control = new AbortController();
    lastChange(id, control.signal).then(setFound, () => setFound(null));
    return () => control.abort();
  }, [id]);
  if (found === undefined) {
    return null;
  }
  return html`<${Card} title=${t('route.last-change')}>${found === null ? html`<p class="muted pad">${t('route.unchanged', { count: LOOK_BACK })}</p>`
    : html`<p class="pad"><a href=${link('changes', [String(found.version.number)])}>${t('version', { number: found.version.number })}</a>
      ${' '}<span class="muted">${author(found.version.author)} · ${ago(found.version.time)}</span> ${found.version.message}</p>
      <ul class="settings">${found.change.settings.map((setting) => html`<li><span class="mono path">${setting.path || t('diff.whole')}</span>
        ${setting.before !== undefined && html`<del class="mono">${setting.before}</del>`} ${setting.after !== undefined && html`<ins class="mono">${setting.after}</ins>`}</li>`)}</ul>`}<//>`;
}

async function lastChange(id, signal) {
  const { items } = await get('/versions?per-page=' + (LOOK_BACK + 1), { signal });
  for (let i = 0; i + 1 < items.length; i++) {
    const { changes } = await get(`/versions/diff?from=${items[i + 1].number}&to=${items[i].number}`, { signal });
    const change = changes.find((one) => one.section === 'routes' && one.name === id);
    if (change) {
      return { version: items[i], change };
    }
  }
  return null;
}
