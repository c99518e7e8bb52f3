// An explanation as a picture: the stations of a request from left to right, then each of them in words.
import { html, useState } from '../vendor/htm-preact.js';
import { t } from './i18n.js';
import { Icon } from './icons.js';
import { Badge, Card } from './parts.js';
import { link } from './router.js';

const FEW = 5; // routes that are shown at first
const RESULT = { passes: 'ok', answers: 'info', refuses: 'bad', untried: 'warn', 'not-reached': 'off' };

export function Chain({ told }) {
  const stations = stationsOf(told);
  return html`<${Verdict} told=${told} />
    <div class="picture" role="img" aria-label=${stations.map((one) => one.kind + ' ' + one.name).join(' → ')}>
      ${stations.map((one, at) => html`${at > 0 && html`<span class=${'wire ' + (one.state === 'off' ? 'off' : '')}></span>`}
        <div class=${'station ' + one.state}><small>${one.kind}</small><b class="mono">${one.name}</b>${one.note && html`<span>${one.note}</span>`}</div>`)}
    </div>
    <div class="columns even">
      <${Candidates} told=${told} />
      <div class="stack">${told.filters.length > 0 && html`<${Filters} told=${told} />`}
        ${told.upstream && html`<${Destination} told=${told} />`}</div>
    </div>`;
}

// ---- the picture ----

function statusKind(status) {
  return status === null || status === undefined ? 'info' : status >= 500 ? 'bad' : status >= 400 ? 'bad' : status >= 300 ? 'info' : 'ok';
}

function stationsOf(told) {
  const all = [{ kind: told.method, name: told.path, note: told.host, state: 'ok' }];
  all.push(told.route
    ? { kind: t('route'), name: told.route, note: told.at, state: 'ok' }
    : { kind: t('route'), name: t('chain.no-route'), note: t('chain.rules', { count: told.rules }), state: 'bad' });
  told.filters.forEach((one) => all.push({
    kind: t('filter'), name: one.name, note: one.status ? one.status + ' ' + (one.code ?? '') : shortEffect(one), state: RESULT[one.result] ?? 'info',
  }));
  const stopped = told.filters.some((one) => one.result === 'refuses' || one.result === 'answers');
  if (told.upstream) {
    all.push({ kind: t('upstream'), name: told.upstream, note: told.endpoint ?? t('chain.chance'), state: stopped ? 'off' : 'ok' });
  }
  all.push({ kind: t('chain.answer'), name: told.status === null ? t('chain.service') : String(told.status), note: told.code ?? '', state: statusKind(told.status) });
  return all;
}

function shortEffect(step) {
  const change = step.changes?.[0];
  return change ? [change.what, change.name].filter(Boolean).join(' ') : t('result.' + step.result);
}

function Verdict({ told }) {
  const kind = statusKind(told.status);
  return html`<section class=${'verdict ' + kind} id="verdict">
    <div class="big num">${told.status ?? '→'}</div>
    <div><h2>${told.code ? html`<span class="mono">${told.code}</span> ` : ''}${summary(told)}</h2><p>${told.why}</p>
      ${told.sure === false && html`<p class="muted">${t('chain.unsure')}</p>`}
      ${[401, 403].includes(told.status) && html`<p><a id="diagnose-auth" href=${link('diagnose', [], { tree: 'auth', method: told.method, url: told.path })}>${t('nav.diagnose')}</a></p>`}</div>
  </section>`;
}

function summary(told) {
  const stop = told.filters.find((one) => one.result === 'refuses' || one.result === 'answers');
  if (!told.route) {
    return t(told.code === 'NO_ROUTE' ? 'chain.sum.no-route' : 'chain.sum.refused');
  }
  if (stop) {
    return t('chain.sum.' + stop.result, { filter: stop.name, route: told.route });
  }
  return told.upstream ? t('chain.sum.upstream', { upstream: told.upstream, route: told.route }) : t('chain.sum.own', { route: told.route });
}

// ---- in words ----

function Candidates({ told }) {
  const [all, setAll] = useState(false);
  const shown = all ? told.candidates : told.candidates.slice(0, FEW);
  const missed = told.candidates.filter((one) => one.standing === 'misses');
  return html`<${Card} title=${told.route ? t('chain.candidates') : t('chain.nearest')} note=${t('chain.of', { count: told.rules })}>
    <ul class="candidates">${shown.map((one) => html`<li class=${one.standing}>
      <span class="standing"><${Icon} name=${one.standing === 'takes' ? 'ok' : one.standing === 'misses' ? 'bad' : 'arrow'} /></span>
      <div><a class="mono strong" href=${link('routes', [one.route])}>${one.route}</a> <span class="at">${one.at}</span>
        <div>${one.standing === 'takes' ? t('chain.takes') : one.standing === 'outranked' ? one.reason || t('chain.outranked', { by: one.by })
          : html`${t('chain.misses')} <span class="mono">${one.failed}</span>`}</div>
        ${one.standing === 'misses' && html`<${Beside} failed=${one.failed} path=${told.path} />`}</div></li>`)}
      ${told.candidates.length === 0 && html`<li class="muted">${t('chain.none')}</li>`}</ul>
    ${shown.length < told.candidates.length && html`<p class="hint"><button class="small" onClick=${() => setAll(true)}>${t('chain.all', { count: told.candidates.length })}</button></p>`}
    ${!told.route && missed.length > 0 && html`<p class="hint">${t('chain.hint')}</p>`}<//>`;
}

/** The path that was asked for above the one that the route takes, part by part. */
function Beside({ failed, path }) {
  const pattern = /^path is (\/\S*)$/.exec(failed ?? '')?.[1];
  if (!pattern || !path) {
    return null;
  }
  const asked = path.split('/').slice(1);
  const wanted = pattern.split('/').slice(1);
  const fits = (at) => wanted[at] === '**' || (asked[at] !== undefined && wanted[at] !== undefined && (wanted[at].includes('{') || wanted[at].includes('*') || wanted[at] === asked[at]));
  const first = [...Array(Math.max(asked.length, wanted.length)).keys()].find((at) => !fits(at));
  const row = (parts) => parts.map((part, at) => html`<span class=${at === first ? 'differs' : ''}>/${part}</span>`);
  return html`<div class="beside mono"><div><small>${t('chain.asked')}</small>${row(asked)}${first >= asked.length && html`<span class="differs">/…</span>`}</div>
    <div><small>${t('chain.wanted')}</small>${row(wanted)}</div></div>`;
}

function Filters({ told }) {
  return html`<${Card} title=${t('route.filters')} note=${t('route.order')}><ol class="filter-steps">${told.filters.map((one) => html`<li class=${RESULT[one.result] ?? 'info'}>
    <div><b class="mono">${one.name}</b> <${Badge} kind=${RESULT[one.result] ?? ''}>${t('result.' + one.result)}<//> <span class="at">${one.at}</span></div>
    <div>${one.effect}</div></li>`)}</ol><//>`;
}

function Destination({ told }) {
  return html`<${Card} title=${t('upstream') + ' ' + told.upstream} note=${told['upstream-at'] ?? ''}>
    <dl class="pairs"><dt>${t('balance')}</dt><dd class="mono">${told.balance ?? '–'}</dd>
      ${told.share !== null && told.share !== undefined && told.share !== 1 && html`<dt>${t('share')}</dt><dd class="num">${Math.round(told.share * 100)} %</dd>`}</dl>
    <ul class="endpoints">${(told.endpoints ?? []).map((one) => html`<li class=${one.address === told.endpoint ? 'chosen' : ''}>
      <span class=${'dot ' + (one.used ? 'ok' : 'bad')}></span><span class="mono">${one.address}</span> <span class="muted">${one.state}</span>
      <span class="num muted">${t('endpoint.active', { count: one['under-way'] })}</span>${one.address === told.endpoint && html`<${Badge} kind="ok">${t('chain.next')}<//>`}</li>`)}
      ${(told.unresolved ?? []).map((name) => html`<li><span class="dot warn"></span><span class="mono">${name}</span></li>`)}</ul>
    ${told.limits && html`<details><summary>${t('limits')}</summary><dl class="pairs mono">${Object.entries(told.limits).map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}</dl></details>`}<//>`;
}
