// @ts-check

/** Each rate as it is stored, heard once for the whole page. */

/** @typedef {import('./answers.d.ts').Observation} Observation */

const KEPT = 200;
/** @type {Observation[]} newest first */
const heard = [];
/** @type {Set<() => void>} */
const listeners = new Set();
/** @type {Set<() => void>} */
const watchers = new Set();
/** @type {EventSource | undefined} */
let source;
let connected = false;

/** What has come since the page was opened, newest first, and whether more can come. */
export const getLiveEvents = () => ({ events: heard, connected });

/**
 * Calls back when a rate has come or, since some may have come unheard before that, when they begin to be heard.
 * @param {() => void} listener
 * @param {AbortSignal} [signal]
 */
export function onRate(listener, signal) {
  listeners.add(listener);
  onConnectionChange(() => connected && listener(), signal);
  signal?.addEventListener('abort', () => listeners.delete(listener));
}

/** Calls back when events can come, or no longer can. @param {() => void} listener @param {AbortSignal} [signal] */
export function onConnectionChange(listener, signal) {
  watchers.add(listener);
  signal?.addEventListener('abort', () => watchers.delete(listener));
}

/** Begins to listen. A browser comes back by itself and goes on where it was, but for answers that are no stream. */
export function openEventStream() {
  source = new EventSource('/v2/events');
  source.addEventListener('open', () => connection(true));
  source.addEventListener('error', () => {
    connection(false);
    if (source?.readyState === EventSource.CLOSED) setTimeout(openEventStream, 5000);
  });
  source.addEventListener('rate', ({ data }) => {
    heard.unshift(JSON.parse(data));
    heard.length = Math.min(heard.length, KEPT);
    for (const listener of listeners) listener();
  });
}

/** @param {boolean} now */
function connection(now) {
  if (connected === now) return;
  connected = now;
  for (const watcher of watchers) watcher();
}

// An open stream would keep the page out of the browser's memory of pages to go back to.
addEventListener('pagehide', () => source?.close());
addEventListener('pageshow', ({ persisted }) => persisted && openEventStream());
