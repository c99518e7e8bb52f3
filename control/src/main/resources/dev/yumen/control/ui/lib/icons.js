// Small drawings of 16 by 16, in the colour of the text around them.
import { html } from '../vendor/htm-preact.js';

const PATHS = {
  overview: 'M2 13h12M3.5 10.500V8m3 2.500V5m3 5.500V6.500m3 4V3',
  routes: 'M3 3.500h3.500c4 0 3 9 7 9M11.5 10l2.5 2.5-2.5 2.500M3 12.500h2.5',
  upstreams: 'M3 3h10v4H3zM3 9h10v4H3zM5.5 5h0M5.5 11h0',
  tracer: 'M7 2.500a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3 14 14M5 7h4M7 5v4',
  diagnose: 'M1.5 8.5h3l2-5 3 9 2-4h3',
  changes: 'M8 4.500V8l2.5 1.500M2.5 8a5.5 5.5 0 1 0 1.7-4L2.5 5.500M2.5 2.500v3h3',
  editor: 'M10.5 3l2.5 2.500L6 12.5 3 13l.5-3zM9 4.5 11.5 7',
  consumers: 'M8 2.500a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM3 13.500c.5-3 2.5-4 5-4s4.5 1 5 4',
  certificates: 'M4 7h8v6H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2M8 9.500v1.5',
  canaries: 'M2.5 12.500C5 12.5 6 10 7 7.500S10 3 13.5 3M10.5 8.500h3v3M13.5 8.5 9 13',
  search: 'M7 2.500a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3 14 14',
  sun: 'M8 5.500a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1.1 1.100M11.5 11.500l1.1 1.100M3.4 12.600l1.1-1.100M11.5 4.500l1.1-1.1',
  moon: 'M13 9.500A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.500z',
  help: 'M6 6a2 2 0 1 1 2.7 1.900c-.5.2-.7.6-.7 1.100v.500M8 12h0M8 1.500a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z',
  menu: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  ok: 'M3.5 8.500l3 3 6-7',
  bad: 'M4 4l8 8M12 4l-8 8',
  arrow: 'M3 8h10M9.5 4.5 13 8l-3.5 3.5',
  leave: 'M6.5 3H3v10h3.500M9.5 5 13 8l-3.5 3M13 8H6.5',
};

export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${PATHS[name] || ''} /></svg>`;
}

export function Gate() {
  return html`<svg class="gate" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="7" />
    <path d="M7 25V13a9 9 0 0 1 18 0v12M7 25h5m8 0h5M12 25V14.5a4 4 0 0 1 8 0V25" />
  </svg>`;
}
