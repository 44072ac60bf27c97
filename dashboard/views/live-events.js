// @ts-check
import { requestJson } from '../data/api.js';
import { getLiveEvents, onConnectionChange, onRate } from '../data/event-stream.js';
import { getParam, onParams } from '../data/params.js';
import { isSimulated, onStatus } from '../data/status.js';
import { createMark, h } from '../ui/dom.js';
import { createFilter } from '../ui/filter.js';
import { groupThousands } from '../ui/numbers.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createTable, number, text } from '../ui/table.js';
import { getToday, renderUtc } from '../ui/time.js';

/** @typedef {import('../data/types.d.ts').Schemas['Observation']} Observation */

const SHOWN = 60;
/** Without a connection by then, the stored events are shown all the same. */
const CONNECT_MS = 1000;
/** @type {readonly import('../ui/table.js').Column<Observation>[]} */
const COLUMNS = [
  text('Stored (UTC)', ({ stored_at }) =>
    renderUtc(stored_at, { seconds: true, day: stored_at.slice(0, 10) !== getToday() }),
  ),
  text('Pair', ({ base, quote }) => `${base}/${quote}`),
  number('Rate', ({ rate }) => groupThousands(rate)),
  text('Observed (UTC)', ({ observed_at }) => renderUtc(observed_at)),
  text('Source', ({ source }) => (isSimulated(source) ? createMark('dull', 'simulated') : source)),
];

/** Events by when they were stored, newest first. @param {AbortSignal} signal */
export function createLiveEvents(signal) {
  const lamp = h('span.lamp');
  const filter = createFilter('event_quote', 'Currency');
  const { root, load } = createPanel({
    title: 'Live events',
    signal,
    tools: [filter.root, lamp],
    class: 'live',
    lines: 10,
  });
  /** @type {Promise<Observation[]> | undefined} */
  let stored;
  const getQuote = () => getParam('event_quote').toUpperCase();
  const request = () => {
    const requested = requestStored(getQuote(), signal);
    requested.catch(() => {
      if (stored === requested) stored = undefined;
    });
    return requested;
  };
  const refresh = () =>
    void load(async () => {
      // Kept before it arrives: a late response must not replace that of a newer filter.
      stored ??= request();
      return renderEvents(await stored, getQuote());
    });
  const showConnection = () => {
    const { connected } = getLiveEvents();
    lamp.className = `lamp ${connected ? 'on' : 'off'}`;
    lamp.textContent = connected ? 'connected' : 'connecting …';
    // Events may have been missed meanwhile.
    stored = undefined;
  };
  showConnection();
  onConnectionChange(showConnection, signal);
  const refreshUnlessShown = () => stored === undefined && refresh();
  onRate(refresh, signal);
  const follow = () => {
    filter.follow();
    stored = undefined;
    refresh();
  };
  onParams(['event_quote'], follow, signal);
  onStatus(({ status }) => filter.offer(status?.currencies.map(({ quote }) => quote)), signal);
  // The first connection loads them.
  setTimeout(refreshUnlessShown, getLiveEvents().connected ? 0 : CONNECT_MS);
  return root;
}

/**
 * Events that were stored before the page was opened.
 * @param {string} quote
 * @param {AbortSignal} signal
 * @returns {Promise<Observation[]>}
 */
async function requestStored(quote, signal) {
  const filter = quote && `&quotes=${quote}`;
  const path = `/v2/observations/latest?limit=${SHOWN}${filter}`;
  return (await requestJson(path, { signal })).data;
}

/** @param {readonly Observation[]} stored @param {string} quote */
function renderEvents(stored, quote) {
  const { events } = getLiveEvents();
  const live = new Set(events.map(({ event_id }) => event_id));
  const all = [...events, ...stored.filter(({ event_id }) => !live.has(event_id))]
    .filter((event) => !quote || event.quote === quote)
    .sort((a, b) => b.stored_at.localeCompare(a.stored_at))
    .slice(0, SHOWN);
  if (all.length === 0)
    return [createEmptyState('No event yet.', 'Events appear here when they are stored.')];
  const describeRow = (/** @type {Observation} */ { event_id }) => ({
    class: live.has(event_id) ? 'is-new' : null,
  });
  return [createTable('Events, newest first', COLUMNS, all, { describeRow })];
}
