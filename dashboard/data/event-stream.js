// @ts-check
import { ROOT_PATH, toUrl } from './api.js';

/**
 * Newly stored rates. HTTP/1.1 allows six connections per host, so the tabs of a browser share one
 * event stream: Web Locks elect the tab that holds it, and a BroadcastChannel passes events on.
 * Web Locks need a secure context (https or localhost); without them only visible tabs connect.
 */

/** @typedef {import('./types.d.ts').Schemas['Observation']} Observation */
/** @typedef {{ kind: 'rate', event: Observation }} RateMessage */
/** @typedef {{ kind: 'connection', connected: boolean }} ConnectionMessage */
/** @typedef {RateMessage | ConnectionMessage | { kind: 'hello' }} Message */

const MAX_EVENTS = 200;
const RECONNECT_MS = 5000;
const NAME = `fx-rates events ${ROOT_PATH}`;

/** @type {Observation[]} newest first */
const events = [];
/** @type {Set<() => void>} */
const rateListeners = new Set();
/** @type {Set<() => void>} */
const connectionListeners = new Set();
let connected = false;
/** How often the stream was opened. */
let connections = 0;
/** @type {EventSource | undefined} */
let source;
/** @type {BroadcastChannel | undefined} */
let channel;
/** Ends this tab's turn or its wait for one. @type {AbortController | undefined} */
let turn;

/** Events since the page was opened, newest first, and whether new ones can arrive. */
export const getLiveEvents = () => ({ events, connected });

/**
 * Calls back after each new rate, and on connecting, since rates may have been missed before.
 * @param {() => void} listener
 * @param {AbortSignal} [signal]
 * @param {{ firstConnection?: boolean }} [options] false: not when the page first connects
 */
export function onRate(listener, signal, { firstConnection = true } = {}) {
  rateListeners.add(listener);
  const isCalled = () => connected && (firstConnection || connections > 1);
  onConnectionChange(() => isCalled() && listener(), signal);
  signal?.addEventListener('abort', () => rateListeners.delete(listener));
}

/** Calls all listeners: after a new rate, or when one turns out to have been missed. */
export function reportRate() {
  for (const listener of rateListeners) listener();
}

/** @param {() => void} listener @param {AbortSignal} [signal] */
export function onConnectionChange(listener, signal) {
  connectionListeners.add(listener);
  signal?.addEventListener('abort', () => connectionListeners.delete(listener));
}

export function openEventStream() {
  if (navigator.locks && 'BroadcastChannel' in globalThis) shareStream();
  else followVisibility();
}

function shareStream() {
  join();
  // A held lock or an open stream would keep the page out of the back/forward cache.
  addEventListener('pagehide', leave);
  addEventListener('pageshow', ({ persisted }) => persisted && join());
}

function join() {
  channel = new BroadcastChannel(NAME);
  channel.addEventListener('message', ({ data }) => receive(data));
  send({ kind: 'hello' });
  turn = new AbortController();
  const { signal } = turn;
  const holdStream = () =>
    new Promise((release) => {
      if (signal.aborted) return release(undefined);
      signal.addEventListener('abort', release);
      connect();
    });
  navigator.locks.request(NAME, { signal }, holdStream).catch((error) => {
    if (error.name !== 'AbortError') throw error;
  });
}

function leave() {
  turn?.abort();
  disconnect();
  channel?.close();
  channel = undefined;
}

function followVisibility() {
  const update = () => (document.hidden ? disconnect() : source || connect());
  document.addEventListener('visibilitychange', update);
  addEventListener('pagehide', disconnect);
  addEventListener('pageshow', ({ persisted }) => persisted && update());
  update();
}

/** The browser reconnects and resumes by itself, except after an error response. */
function connect() {
  const opened = new EventSource(toUrl('/v2/events'));
  source = opened;
  opened.addEventListener('open', () => announce({ kind: 'connection', connected: true }));
  opened.addEventListener('rate', ({ data }) =>
    announce({ kind: 'rate', event: JSON.parse(data) }),
  );
  opened.addEventListener('error', () => {
    announce({ kind: 'connection', connected: false });
    if (opened.readyState !== EventSource.CLOSED) return;
    setTimeout(() => source === opened && connect(), RECONNECT_MS);
  });
}

function disconnect() {
  if (!source) return;
  source.close();
  source = undefined;
  announce({ kind: 'connection', connected: false });
}

/** To this tab and all others. @param {RateMessage | ConnectionMessage} message */
function announce(message) {
  receive(message);
  send(message);
}

/** @param {Message} message */
const send = (message) => channel?.postMessage(message);

/** @param {Message} message */
function receive(message) {
  if (message.kind === 'hello') {
    if (source) send({ kind: 'connection', connected });
  } else if (message.kind === 'connection') {
    if (connected === message.connected) return;
    connected = message.connected;
    if (connected) connections += 1;
    for (const listener of connectionListeners) listener();
  } else {
    events.unshift(message.event);
    events.length = Math.min(events.length, MAX_EVENTS);
    reportRate();
  }
}
