// Goes anywhere by typing: pages, routes by search, and a trace of whatever looks like a request.
import { html, useEffect, useMemo, useRef, useState } from '../vendor/htm-preact.js';
import { get, query } from './api.js';
import { t, toggleLanguage } from './i18n.js';
import { Icon } from './icons.js';
import { Dialog } from './parts.js';
import { toggleTheme } from './prefs.js';
import { go, link } from './router.js';

const METHOD = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\s+(\S+)$/i;

export function Palette({ pages, onClose }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const routes = useRoutes(text);
  const items = useMemo(() => found(text, pages, routes), [text, routes]);
  const list = useRef();
  const index = Math.min(chosen, items.length - 1);
  useEffect(() => list.current?.children[index]?.scrollIntoView({ block: 'nearest' }), [index]);
  const run = (item) => {
    onClose();
    item?.run();
  };
  const key = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length) {
      setChosen((index + step + items.length) % items.length);
      event.preventDefault();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(items[index]);
    }
  };
  const type = (event) => {
    setText(event.target.value);
    setChosen(0);
  };
  return html`<${Dialog} title=${t('palette')} onClose=${onClose} className="palette">
    <label class="palette-field"><${Icon} name="search" /><span class="sr">${t('palette')}</span>
      <input id="palette" autofocus autocomplete="off" spellcheck="false" placeholder=${t('palette.hint')} value=${text}
        role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant=${'choice-' + index}
        onInput=${type} onKeyDown=${key} /></label>
    <ul id="palette-list" role="listbox" ref=${list} aria-label=${t('palette')}>${items.map((item, at) => html`
      <li id=${'choice-' + at} role="option" aria-selected=${at === index} onMouseMove=${() => setChosen(at)} onClick=${() => run(item)}>
        <${Icon} name=${item.icon} /><span>${item.name}</span>${item.note && html`<small class="mono">${item.note}</small>`}</li>`)}
      ${items.length === 0 && html`<li class="muted">${t('palette.nothing')}</li>`}</ul>
  <//>`;
}

function useRoutes(text) {
  const [routes, setRoutes] = useState([]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted.length < 2) {
      setRoutes([]);
      return undefined;
    }
    const control = new AbortController();
    const timer = setTimeout(() => {
      get('/routes' + query({ search: wanted, 'per-page': 8 }), { signal: control.signal }).then(
        (data) => setRoutes(data.items),
        () => setRoutes([]));
    }, 120);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [text]);
  return routes;
}

function found(text, pages, routes) {
  const wanted = text.trim().toLowerCase();
  const items = [];
  const request = METHOD.exec(text.trim()) ?? (text.trim().startsWith('/') && [null, 'GET', text.trim()]);
  if (request) {
    const [, method, url] = request;
    items.push({
      icon: 'tracer', name: t('palette.trace', { request: method.toUpperCase() + ' ' + url }),
      run: () => go(link('tracer', [], { method: method.toUpperCase(), url, go: '1' })),
    });
  }
  pages.forEach(([name, key]) => {
    const title = t('nav.' + name);
    if (title.toLowerCase().includes(wanted) || name.includes(wanted)) {
      items.push({ icon: name, name: title, note: 'g ' + key, run: () => go(link(name)) });
    }
  });
  [['theme', toggleTheme, 'moon'], ['language', toggleLanguage, 'help']].forEach(([name, run, icon]) => {
    if (wanted && t('palette.' + name).toLowerCase().includes(wanted)) {
      items.push({ icon, name: t('palette.' + name), run });
    }
  });
  routes.forEach((route) =>
    items.push({ icon: 'routes', name: route.id, note: [route.methods, route.path].filter(Boolean).join(' '), run: () => go(link('routes', [route.id])) }));
  return items;
}
