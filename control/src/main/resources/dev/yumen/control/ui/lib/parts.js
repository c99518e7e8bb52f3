// Pieces that several pages are made of. Data goes into text nodes and attributes only, never into markup.
import { html, useEffect, useRef, useState } from '../vendor/htm-preact.js';
import { t } from './i18n.js';
import { Icon } from './icons.js';
import { number } from './format.js';

/** The head of a page: its title, a line about it, and what can be done. */
export function Head({ title, note, children }) {
  return html`<header class="head">
    <div><h1 tabindex="-1">${title}</h1>${note && html`<p class="note">${note}</p>`}</div>
    ${children && html`<div class="actions">${children}</div>`}
  </header>`;
}

export function Card({ title, note, actions, children, className = '' }) {
  return html`<section class=${'card ' + className}>
    ${title && html`<div class="card-head"><h2>${title}</h2>${note && html`<span class="note">${note}</span>`}
      ${actions && html`<div class="actions">${actions}</div>`}</div>`}
    ${children}
  </section>`;
}

/** A small round mark; the colour is never all that tells, so it has a word too. */
export function Dot({ state, label }) {
  return html`<span class=${'dot ' + state} role="img" aria-label=${label || state} title=${label || state}></span>`;
}

export function Badge({ kind = '', children, title }) {
  return html`<span class=${'badge ' + kind} title=${title}>${children}</span>`;
}

/** A figure with its name. */
export function Tile({ name, value, unit, kind = '', note }) {
  return html`<div class=${'tile ' + kind}>
    <span class="tile-name">${name}</span>
    <span class="tile-value">${value}${unit && html`<small> ${unit}</small>`}</span>
    ${note && html`<span class="tile-note">${note}</span>`}
  </div>`;
}

export function Empty({ title, children }) {
  return html`<div class="empty"><strong>${title}</strong>${children && html`<div>${children}</div>`}</div>`;
}

export function Loading() {
  return html`<div class="loading" role="status"><span class="sr">${t('loading')}</span><i></i><i></i><i></i></div>`;
}

/** Why something is not there, kindly when this version or role just does not have it. */
export function Failure({ error, onRetry }) {
  if (error.status === 403) {
    return html`<${Empty} title=${t('error.role')}>${error.message}<//>`;
  }
  if (error.status === 404 && /^no /.test(error.message)) {
    return html`<${Empty} title=${t('error.missing')}>${error.message}<//>`;
  }
  if (error.status === 404 || error.status === 405) {
    return html`<${Empty} title=${t('error.absent')}>${t('error.absent.note')}<//>`;
  }
  return html`<div class="alert bad" role="alert">
    <strong>${error.status === 0 ? t('error.offline') : t('error.failed')}</strong> <span>${error.message}</span>
    ${onRetry && html` <button class="small" onClick=${onRetry}>${t('retry')}</button>`}
  </div>`;
}

/** What is shown of data that was asked for: it, why it is not there, or that it is on its way. */
export function Loaded({ from, children }) {
  if (from.data !== undefined) {
    return children(from.data);
  }
  return from.error ? html`<${Failure} error=${from.error} onRetry=${from.reload} />` : html`<${Loading} />`;
}

export function Pager({ page, perPage, total, onPage }) {
  const last = Math.max(1, Math.ceil(total / perPage));
  if (total <= perPage) {
    return null;
  }
  const from = (page - 1) * perPage + 1;
  return html`<nav class="pager" aria-label=${t('pager')}>
    <button class="small" disabled=${page <= 1} onClick=${() => onPage(page - 1)}>${t('pager.back')}</button>
    <span class="num">${number(from)}–${number(Math.min(total, page * perPage))} / ${number(total)}</span>
    <button class="small" disabled=${page >= last} onClick=${() => onPage(page + 1)}>${t('pager.next')}</button>
  </nav>`;
}

/** A list of tabs, moved between by the arrow keys. */
export function Tabs({ label, items, chosen, onChoose }) {
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = (items.findIndex(([key]) => key === chosen) + step + items.length) % items.length;
      onChoose(items[next][0]);
      event.currentTarget.children[next].focus();
      event.preventDefault();
    }
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} onKeyDown=${move}>
    ${items.map(([key, name]) => html`<button role="tab" id=${'tab-' + key} aria-selected=${key === chosen}
      tabindex=${key === chosen ? 0 : -1} onClick=${() => onChoose(key)}>${name}</button>`)}
  </div>`;
}

/** A dialog that holds the focus, ended by Escape. */
export function Dialog({ title, onClose, children, className = '' }) {
  const dialog = useRef();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.focus?.();
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onClose?.();
  };
  const outside = (event) => event.target === dialog.current && onClose?.();
  return html`<dialog ref=${dialog} class=${className} aria-label=${title} onCancel=${cancel} onMouseDown=${outside}>
    <div class="dialog">${children}</div>
  </dialog>`;
}

/** What differs between two configurations, object by object. */
export function Changes({ changes }) {
  if (changes.length === 0) {
    return html`<${Empty} title=${t('diff.none')} />`;
  }
  return html`<div class="changes">${changes.slice(0, MOST).map((object) => html`<details class="change" open=${changes.length < 8}>
    <summary><span class=${'mark ' + object.change}>${MARKS[object.change] || '·'}</span>
      <span class="muted">${object.section}</span> <strong class="mono">${object.name}</strong>
      <span class="at">${object.at || object['was-at'] || ''}</span></summary>
    <ul>${object.settings.map((setting) => html`<li>
      <span class="mono path">${setting.path || t('diff.whole')}</span>
      ${setting.before !== undefined && html`<del class="mono">${setting.before}</del>`}
      ${setting.after !== undefined && html`<ins class="mono">${setting.after}</ins>`}
    </li>`)}</ul>
  </details>`)}<${More} count=${changes.length - MOST} /></div>`;
}

/** Of long lists the first ones are drawn, as thousands would hold the browser up. */
const MOST = 200;

export function few(list) {
  return list.slice(0, MOST);
}

export function More({ count }) {
  return count > 0 ? html`<p class="hint">${t('more', { count: number(count) })}</p>` : null;
}

const MARKS = { added: '+', removed: '−', changed: '~', moved: '↕' };

/** What is wrong with a configuration, a line each. */
export function Problems({ problems, onChoose }) {
  return html`<ul class="problems">${few(problems).map((problem) => html`<li class=${problem.severity}>
    <button class="plain" disabled=${!onChoose} onClick=${() => onChoose?.(problem)}>
      <span class="num">${problem.line ? problem.line + ':' + problem.column : ''}</span>
      <span class="mono">${problem.path}</span> <span>${problem.message}</span></button></li>`)}</ul>`;
}

const ASKS_FOR = 10_000; // ms

/** A button that asks once more before it does what can hurt. */
export function Sure({ children, onSure, className = '', disabled }) {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    const timer = armed && setTimeout(() => setArmed(false), ASKS_FOR);
    return () => clearTimeout(timer);
  }, [armed]);
  const click = () => {
    setArmed(!armed);
    if (armed) {
      onSure();
    }
  };
  return html`<button class=${className + (armed ? ' danger' : '')} disabled=${disabled} onClick=${click}>
    ${armed ? t('sure') : children}</button>`;
}

export function Link({ to, children, className, title }) {
  return html`<a href=${to} class=${className} title=${title}>${children}</a>`;
}

export function Search({ value, onInput, label, id = 'search' }) {
  return html`<label class="search"><${Icon} name="search" /><span class="sr">${label}</span>
    <input id=${id} type="search" placeholder=${label} value=${value} data-search autocomplete="off" spellcheck="false"
      onInput=${(event) => onInput(event.target.value)} /><kbd>/</kbd></label>`;
}
