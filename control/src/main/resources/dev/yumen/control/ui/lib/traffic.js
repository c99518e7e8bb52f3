// Live figures: the past for the charts once, then each new one as it comes.
import { useEffect, useRef, useState } from '../vendor/htm-preact.js';
import { events, get } from './api.js';

const MOST = 900; // points that are kept

const FAILED = ['client', 'gateway', 'upstream'];

/** {now, points, state, error}: state is 'wait', 'open' or 'lost'. */
export function useTraffic() {
  const [shown, setShown] = useState({ now: null, points: [], state: 'wait', error: null });
  const points = useRef([]);
  useEffect(() => {
    const control = new AbortController();
    const update = (change) => !control.signal.aborted && setShown((old) => ({ ...old, ...change }));
    get('/traffic/history', { signal: control.signal })
      .then((past) => {
        const first = points.current[0]?.time ?? Infinity;
        points.current = [...past.items.map(point).filter((one) => one.time < first), ...points.current].slice(-MOST);
        update({ points: points.current });
      })
      .catch(() => undefined); // the stream says why
    const onEvent = (figures) => {
      points.current = [...points.current, point(figures)].slice(-MOST);
      update({ now: figures, points: points.current });
    };
    events('/traffic/stream', onEvent, (state) => update({ state }), control.signal)
      .catch((error) => update({ error }));
    return () => control.abort();
  }, []);
  return shown;
}

function point(figures) {
  const errors = figures['errors-per-second'];
  const told = typeof errors === 'object' && errors !== null;
  const latency = figures['latency-ms'] ?? figures;
  return {
    time: new Date(figures.time).getTime() / 1000,
    rate: figures['requests-per-second'] ?? null,
    errors: told ? FAILED.reduce((sum, who) => sum + (errors[who] ?? 0), 0) : errors ?? null,
    client: told ? errors.client ?? 0 : null,
    gateway: told ? errors.gateway ?? 0 : null,
    upstream: told ? errors.upstream ?? 0 : null,
    p50: latency.p50 ?? null,
    p99: latency.p99 ?? null,
  };
}

/** Lists for a chart: times and then one of values for each name. */
export function columns(points, ...names) {
  return [points.map((one) => one.time), ...names.map((name) => points.map((one) => one[name]))];
}
