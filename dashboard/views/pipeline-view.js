// @ts-check

import { h } from '../ui/dom.js';
import { deadLetters } from './dead-letters.js';
import { liveEvents } from './live-events.js';
import { pullNow } from './pull-now.js';
import { runHistory } from './run-history.js';
import { services } from './services.js';

/** @param {HTMLElement} place @param {AbortSignal} signal */
export function open(place, signal) {
  const history = runHistory(signal);
  place.append(
    h('h1', { class: 'unseen' }, 'Pipeline'),
    pullNow(signal, history.refresh),
    history.root,
    h('div', { class: 'two wide-first' }, liveEvents(signal), services(signal)),
    deadLetters(signal),
  );
}
