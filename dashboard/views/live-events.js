// @ts-check
import { requestJson } from '../data/api.js';
import { groupThousands } from '../data/decimal.js';
import { getLiveEvents, onConnectionChange, onRate } from '../data/event-stream.js';
import { createTable, h } from '../ui/dom.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { getToday, renderUtc } from '../ui/time.js';

/** @typedef {import('../data/answers.d.ts').Observation} Observation */

const SHOWN = 60;
const COLUMNS = [
  { name: 'Stored (UTC)' },
  { name: 'Pair' },
  { name: 'Rate', figures: true },
  { name: 'Observed (UTC)' },
  { name: 'Source' },
];

/** Rates as they land, newest first, on top of those of the day before the page was opened. @param {AbortSignal} signal */
export function liveEvents(signal) {
  const lamp = h('span', { class: 'lamp' });
  const { root, load } = createPanel({
    title: 'Live events',
    signal,
    tools: [lamp],
    class: 'live',
    lines: 10,
  });
  /** @type {Observation[] | undefined} */
  let earlier;
  const refresh = () =>
    void load(async () => {
      earlier ??= (await requestJson(`/v2/observations?date=${getToday()}`, { signal })).data.sort(
        newestFirst,
      );
      const { events } = getLiveEvents();
      const come = new Set(events.map(({ event_id }) => event_id));
      const all = [
        ...events,
        ...(earlier ?? []).filter(({ event_id }) => !come.has(event_id)),
      ].slice(0, SHOWN);
      if (all.length === 0)
        return [
          createEmptyState(
            'Nothing has come today.',
            'An event appears here the moment it is stored.',
          ),
        ];
      const block = createTable('Events, newest first', COLUMNS, all.map(row));
      for (const [at, line] of [...block.querySelectorAll('tbody tr')].entries())
        if (at < events.length) line.classList.add('is-new');
      return [block];
    });
  const connection = () => {
    earlier = undefined;
    const { connected } = getLiveEvents();
    lamp.className = `lamp ${connected ? 'on' : 'off'}`;
    lamp.textContent = connected ? 'connected' : 'connecting …';
  };
  connection();
  onConnectionChange(connection, signal);
  onRate(refresh, signal);
  refresh();
  return root;
}

/** @param {Observation} one @param {Observation} other */
const newestFirst = (one, other) => other.stored_at.localeCompare(one.stored_at);

/** @param {Observation} event */
function row({ stored_at, base, quote, rate, observed_at, source }) {
  return [
    renderUtc(stored_at, { seconds: true, day: false }),
    `${base}/${quote}`,
    groupThousands(rate),
    renderUtc(observed_at),
    source === 'simulator' ? h('span', { class: 'mark dull' }, 'simulated') : source,
  ];
}
