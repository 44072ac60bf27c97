// @ts-check
import { Problem, requestJson, Unreachable } from './api.js';
import { onRate } from './event-stream.js';

/** @typedef {import('./answers.d.ts').Status} Status */

/** The one state of the pipeline that every part of the page shows, asked for every 15 s and whenever something has happened. */

const EVERY_MS = 15_000;
const SETTLE_MS = 400;
/** @type {Set<(known: Known) => void>} */
const followers = new Set();
/** @typedef {{ status: Status | null, trouble: Error | null, since: number }} Known since: when `status` was told, by our clock */
/** @type {Known} */
let known = { status: null, trouble: null, since: Date.now() };
/** @type {ReturnType<typeof setTimeout> | undefined} */
let next;

/** Calls back now and after every look. @param {(known: Known) => void} follow @param {AbortSignal} [signal] */
export function onStatus(follow, signal) {
  followers.add(follow);
  signal?.addEventListener('abort', () => followers.delete(follow));
  follow(known);
}

/** Looks soon, and again and again after that. */
export function refreshStatusSoon(ms = SETTLE_MS) {
  clearTimeout(next);
  next = setTimeout(refreshStatus, ms);
}

export async function refreshStatus() {
  clearTimeout(next);
  try {
    known = { status: (await requestJson('/v2/status')).data, trouble: null, since: Date.now() };
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
    known = { ...known, trouble: error };
  }
  for (const follow of followers) follow(known);
  if (!document.hidden) refreshStatusSoon(EVERY_MS);
}

onRate(() => refreshStatusSoon());
addEventListener('online', () => refreshStatusSoon(0));
document.addEventListener('visibilitychange', () => !document.hidden && refreshStatusSoon(0));
