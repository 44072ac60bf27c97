// @ts-check
import { Problem, requestJson, Unreachable } from './api.js';
import { onRate } from './event-stream.js';

/** The state of the pipeline, polled once for the whole page and after every event. */

/** @typedef {import('./types.d.ts').Schemas['Status']} Status */
/**
 * @typedef {object} Snapshot
 * @property {Status | null} status the last one received
 * @property {Error | null} error of the last request
 * @property {number} receivedAt when `status` arrived, in milliseconds since 1970
 */

const POLL_MS = 15_000;
const SETTLE_MS = 400;
/** @type {Set<(snapshot: Snapshot) => void>} */
const listeners = new Set();
/** @type {Snapshot} */
let snapshot = { status: null, error: null, receivedAt: Date.now() };
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Calls back now and after every poll.
 * @param {(snapshot: Snapshot) => void} listener
 * @param {AbortSignal} [signal]
 */
export function onStatus(listener, signal) {
  listeners.add(listener);
  signal?.addEventListener('abort', () => listeners.delete(listener));
  listener(snapshot);
}

export function refreshStatusSoon(ms = SETTLE_MS) {
  clearTimeout(timer);
  timer = setTimeout(refreshStatus, ms);
}

export async function refreshStatus() {
  clearTimeout(timer);
  try {
    const { data } = await requestJson('/v2/status', { authorize: 'if-known' });
    snapshot = { status: data, error: null, receivedAt: Date.now() };
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
    snapshot = { ...snapshot, error };
  }
  for (const listener of listeners) listener(snapshot);
  if (!document.hidden) refreshStatusSoon(POLL_MS);
}

/**
 * Whether the rates of a source are made up. Until the first status only one is known.
 * @param {string | null} source
 */
export const isSimulated = (source) =>
  snapshot.status?.sources.find(({ name }) => name === source)?.simulated ?? source === 'simulator';

/** How people call a source. @param {string} source */
export const titleOf = (source) =>
  snapshot.status?.sources.find(({ name }) => name === source)?.title ?? source;

/** The database's clock now, in milliseconds. @param {Snapshot} snapshot */
export const getServerTime = ({ status, receivedAt }) =>
  Date.parse(status?.now ?? new Date(receivedAt).toISOString()) + Date.now() - receivedAt;

onRate(() => refreshStatusSoon(), undefined, { firstConnection: false });
addEventListener('online', () => refreshStatusSoon(0));
document.addEventListener('visibilitychange', () => !document.hidden && refreshStatusSoon(0));
