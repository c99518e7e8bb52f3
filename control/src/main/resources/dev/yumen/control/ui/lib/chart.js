// Lines over time, drawn by uPlot in the colours of the theme.
import { html, useEffect, useRef, useState } from '../vendor/htm-preact.js';
import { clock } from './format.js';
import { onTheme } from './prefs.js';

let library = null;

/** uPlot, as a script of its own: it is no module. */
function load() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = new URL('../vendor/uplot.js', import.meta.url).href;
    script.onload = () => resolve(globalThis.uPlot);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function fade(name, share) {
  return `color-mix(in srgb, ${colour(name)} ${share}%, transparent)`;
}

/**
 * @param data times in seconds, then a list of values for each series
 * @param series [{name, colour: '--variable', fill: bool}]
 * @param format makes a text of a value
 */
export function Chart({ data, series, format, height = 180, label }) {
  const place = useRef();
  const plot = useRef(null);
  const [round, setRound] = useState(0);
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => onTheme(() => setRound((n) => n + 1)), []);
  useEffect(() => {
    let gone = false;
    let observer = null;
    load().then((UPlot) => {
      if (gone) {
        return;
      }
      plot.current = new UPlot(options(UPlot, series, format, place.current.clientWidth, height), latest.current, place.current);
      observer = new ResizeObserver(() => plot.current?.setSize({ width: place.current.clientWidth, height }));
      observer.observe(place.current);
    });
    return () => {
      gone = true;
      observer?.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [round, height, series.map((one) => one.name).join()]);
  useEffect(() => plot.current?.setData(data), [data]);
  const last = data[0].length - 1;
  return html`<figure class="chart">
    <div ref=${place} role="img" aria-label=${label}></div>
    <figcaption>${series.map((one, at) => html`<span class="legend"><i style=${{ background: `var(${one.colour})` }}></i>
      ${one.name} <b class="num">${last < 0 ? '–' : format(data[at + 1][last])}</b></span>`)}</figcaption>
  </figure>`;
}

function options(UPlot, series, format, width, height) {
  const font = '11px ' + getComputedStyle(document.body).fontFamily;
  const axis = {
    stroke: colour('--muted'), font, grid: { stroke: colour('--grid'), width: 1 }, ticks: { show: false },
  };
  const gradient = (one) => (drawn) => {
    const paint = drawn.ctx.createLinearGradient(0, drawn.bbox.top, 0, drawn.bbox.top + drawn.bbox.height);
    paint.addColorStop(0, fade(one.colour, 24));
    paint.addColorStop(1, fade(one.colour, 0));
    return paint;
  };
  return {
    width, height, legend: { show: false }, padding: [8, 6, 0, 0],
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: { x: { time: true }, y: { range: (_, least, most) => [0, Math.max(most * 1.15, 1)] } },
    axes: [
      { ...axis, size: 24, grid: { show: false }, values: (_, times) => times.map((time) => clock(time).slice(0, times.at(-1) - times[0] < 240 ? 8 : 5)), space: 80 },
      { ...axis, size: 52, values: (_, values) => values.map(format), space: 34 },
    ],
    series: [{}, ...series.map((one) => ({
      label: one.name, stroke: colour(one.colour), width: 1.5, fill: one.fill ? gradient(one) : undefined,
      points: { show: false }, spanGaps: false,
    }))],
    plugins: [tooltip(series, format)],
  };
}

/** What the lines say where the pointer is. */
function tooltip(series, format) {
  const box = document.createElement('div');
  box.className = 'chart-tip';
  box.hidden = true;
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor: (plot) => {
        const { left, idx } = plot.cursor;
        box.hidden = idx === null || idx === undefined || left < 0;
        if (box.hidden) {
          return;
        }
        box.replaceChildren(line(clock(plot.data[0][idx])),
          ...series.map((one, at) => line(one.name + '  ' + format(plot.data[at + 1][idx]))));
        const right = left > plot.over.clientWidth - 140;
        box.style.transform = `translate(${right ? left - box.offsetWidth - 10 : left + 10}px, 4px)`;
      },
    },
  };
}

function line(text) {
  const row = document.createElement('div');
  row.textContent = text;
  return row;
}
