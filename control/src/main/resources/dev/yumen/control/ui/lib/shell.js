// The frame around pages: navigation, what concerns all of them, and the keys.
import { html, useEffect, useErrorBoundary, useReducer, useRef, useState } from '../vendor/htm-preact.js';
import { asked, forgetToken, giveToken, hasToken, onAsked, post, useGet } from './api.js';
import { ago, countdown } from './format.js';
import { language, onLanguage, t, toggleLanguage } from './i18n.js';
import { Gate, Icon } from './icons.js';
import { Palette } from './palette.js';
import { Dialog, Dot, Loading } from './parts.js';
import { onTheme, theme, toggleTheme } from './prefs.js';
import { go, link, useHere } from './router.js';

/** Pages in the order of the navigation, with the letter that goes to each after g. */
export const PAGES = [
  ['overview', 'o'], ['routes', 'r'], ['upstreams', 'u'], ['tracer', 't'], ['diagnose', 'd'], ['changes', 'c'],
  ['editor', 'e'], ['canaries', 'k'], ['consumers', 'p'], ['certificates', 's'],
];

export function Shell() {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => onLanguage(again), []);
  useEffect(() => onTheme(again), []);
  useEffect(() => onAsked(again), []);
  const at = useHere();
  const [open, setOpen] = useState(''); // palette, help, or nothing
  const [menu, setMenu] = useState(false);
  useKeys(setOpen);
  useEffect(() => {
    setMenu(false);
    document.title = t('nav.' + at.page) + ' · Yumen';
  }, [at.page, language()]);
  const status = useGet('/status', 5000);
  const ask = asked();
  return html`<div class=${'shell' + (menu ? ' menu' : '')}>
    <a class="skip" href="#main" onClick=${skip}>${t('skip')}</a>
    <${Side} page=${at.page} status=${status} onGo=${() => setMenu(false)} />
    ${menu && html`<div class="shade" onClick=${() => setMenu(false)}></div>`}
    <div class="body">
      <${Top} onMenu=${() => setMenu(!menu)} onOpen=${setOpen} status=${status} />
      <${Banners} status=${status} />
      <main id="main" tabindex="-1"><${Page} key=${at.page} at=${at} status=${status} /></main>
    </div>
    ${open === 'palette' && html`<${Palette} pages=${PAGES} onClose=${() => setOpen('')} />`}
    ${open === 'help' && html`<${Help} onClose=${() => setOpen('')} />`}
    ${ask && html`<${TokenDialog} wrong=${ask.wrong} />`}
  </div>`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById('main').focus();
}

// ---- pages ----

const loaded = new Map();

/** A page's module is fetched when it is first looked at. */
function Page({ at, status }) {
  const known = PAGES.some(([name]) => name === at.page) ? at.page : 'overview';
  const [module, setModule] = useState(loaded.get(known));
  const [failed, setFailed] = useState(false);
  const [broken] = useErrorBoundary((e) => console.error(e));
  useEffect(() => {
    if (!module) {
      import(`../pages/${known}.js`).then(
        (found) => {
          loaded.set(known, found);
          setModule(found);
        },
        () => setFailed(true));
    }
  }, [known]);
  if (failed || broken) {
    return html`<div class="alert bad" role="alert">${t(failed ? 'page.gone' : 'page.broken')}
      <button class="small" onClick=${() => location.reload()}>${t('reload')}</button></div>`;
  }
  return module ? html`<${module.default} at=${at} status=${status} />` : html`<${Loading} />`;
}

// ---- around them ----

function Side({ page, status, onGo }) {
  const live = status.data?.config?.live;
  return html`<aside class="side" onClick=${(event) => event.target.closest('a') && onGo()}>
    <a class="brand" href="#/overview"><${Gate} /><span>Yumen<small>${t('brand')}</small></span></a>
    <nav aria-label=${t('nav')}>${PAGES.map(([name, key]) => html`
      <a href=${link(name)} id=${'nav-' + name} aria-current=${name === page ? 'page' : undefined} title=${'g ' + key}>
        <${Icon} name=${name} /><span>${t('nav.' + name)}</span></a>`)}</nav>
    <div class="side-foot">
      ${live && html`<a href=${link('changes')} class="live-version"><${Dot} state=${live.origin === 'last-good' ? 'warn' : 'ok'}
        label=${t('live')} /><span>${t('live.version', { number: live.number })}</span><small>${ago(live.since)}</small></a>`}
      <small class="muted">${status.data?.version || ''}</small>
    </div>
  </aside>`;
}

function Top({ onMenu, onOpen, status }) {
  const lost = status.error && status.error.status === 0;
  return html`<div class="top">
    <button class="icon-button only-narrow" onClick=${onMenu} aria-label=${t('nav')} id="menu"><${Icon} name="menu" /></button>
    <button class="open-palette" id="open-palette" onClick=${() => onOpen('palette')}><${Icon} name="search" />
      <span>${t('palette.open')}</span><kbd>${/Mac/.test(navigator.platform) ? '⌘K' : 'Ctrl K'}</kbd></button>
    <span class="spacer"></span>
    ${lost && html`<span class="lost" role="status"><${Dot} state="bad" label=${t('error.offline')} />${t('error.offline')}</span>`}
    <button class="text-button" id="language" onClick=${toggleLanguage} lang=${language() === 'zh' ? 'en' : 'zh-CN'}>
      ${language() === 'zh' ? 'English' : '中文'}</button>
    <button class="icon-button" id="theme" onClick=${toggleTheme} aria-label=${t(theme() === 'dark' ? 'theme.light' : 'theme.dark')}>
      <${Icon} name=${theme() === 'dark' ? 'sun' : 'moon'} /></button>
    <button class="icon-button" id="help" onClick=${() => onOpen('help')} aria-label=${t('help')}><${Icon} name="help" /></button>
    ${hasToken() && html`<button class="icon-button" id="leave" onClick=${forgetToken} aria-label=${t('token.forget')}>
      <${Icon} name="leave" /></button>`}
  </div>`;
}

/** What nobody should overlook on whatever page: refused files, and a change that waits for a yes. */
function Banners({ status }) {
  const config = status.data?.config ?? {};
  return html`<div class="banners">
    ${config.pending && html`<${Pending} pending=${config.pending} onDone=${status.reload} />`}
    ${config.rejected && html`<details class="alert bad"><summary><strong>${t('rejected')}</strong>
      ${' '}${t('rejected.note', { count: config.rejected.count, ago: ago(config.rejected.at) })}</summary>
      <ul class="mono">${config.rejected.problems.map((problem) => html`<li>${problem}</li>`)}</ul></details>`}
    ${config.live?.origin === 'last-good' && html`<div class="alert warn" role="status"><strong>${t('last-good')}</strong> ${t('last-good.note')}</div>`}
  </div>`;
}

function Pending({ pending, onDone }) {
  const [now, setNow] = useState(Date.now());
  const [error, setError] = useState(null);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const confirm = () =>
    post(`/versions/${encodeURIComponent(pending.number)}/confirm`).then(onDone, (e) => setError(e));
  return html`<div class="alert warn pending" role="alert">
    <strong>${t('pending', { number: pending.number })}</strong>
    <span>${t('pending.note')} <b class="num">${countdown(pending.until, now)}</b></span>
    <button class="primary small" id="confirm" onClick=${confirm}>${t('pending.confirm')}</button>
    ${error && html`<span class="bad-text">${error.message}</span>`}
  </div>`;
}

function TokenDialog({ wrong }) {
  const field = useRef();
  const submit = (event) => {
    event.preventDefault();
    if (field.current.value.trim()) {
      giveToken(field.current.value);
    }
  };
  return html`<${Dialog} title=${t('token.title')}><form onSubmit=${submit}>
    <h2>${t('token.title')}</h2><p>${t('token.note')}</p>
    ${wrong && html`<p class="alert bad" role="alert">${t('token.wrong')}</p>`}
    <label class="field"><span>${t('token')}</span>
      <input ref=${field} id="token" type="password" autocomplete="off" autofocus spellcheck="false" /></label>
    <div class="dialog-foot"><button class="primary" id="token-send">${t('token.send')}</button></div>
  </form><//>`;
}

// ---- keys ----

function useKeys(setOpen) {
  useEffect(() => {
    let afterG = 0;
    const pressed = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setOpen('palette');
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
        return;
      }
      if (document.querySelector('dialog[open]')) {
        return;
      }
      const page = Date.now() - afterG < 1500 && PAGES.find(([, key]) => key === event.key);
      afterG = event.key === 'g' ? Date.now() : 0;
      if (page) {
        event.preventDefault();
        go(link(page[0]));
      } else if (event.key === '?') {
        event.preventDefault();
        setOpen('help');
      } else if (event.key === '/') {
        event.preventDefault();
        const search = document.querySelector('[data-search]');
        search ? search.focus() : setOpen('palette');
      }
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}

function isTyping(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

function Help({ onClose }) {
  const rows = [
    [['Ctrl', 'K'], t('help.palette')], [['/'], t('help.search')], [['?'], t('help.this')], [['Esc'], t('help.close')],
    ...PAGES.map(([name, key]) => [['g', key], t('nav.' + name)]),
  ];
  return html`<${Dialog} title=${t('help')} onClose=${onClose}>
    <h2>${t('help')}</h2>
    <dl class="keys">${rows.map(([keys, what]) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${what}</dd></div>`)}</dl>
    <div class="dialog-foot"><button onClick=${onClose}>${t('close')}</button></div>
  <//>`;
}
