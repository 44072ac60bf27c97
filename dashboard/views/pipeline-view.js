// @ts-check
import { takeTurn } from '../data/schedule.js';
import { h } from '../ui/dom.js';
import { createDeadLetters } from './dead-letters.js';
import { createLiveEvents } from './live-events.js';
import { createManualRun } from './manual-run.js';
import { createRunHistory } from './run-history.js';
import { createServices } from './services.js';

/** @param {HTMLElement} place @param {AbortSignal} signal */
export async function open(place, signal) {
  const runs = createRunHistory(signal);
  place.append(
    h('h1', { class: 'unseen' }, 'Pipeline'),
    createManualRun(signal, runs.refresh),
    runs.root,
  );
  await takeTurn();
  if (signal.aborted) return;
  place.append(
    h('div', { class: 'two wide-first' }, createLiveEvents(signal), createServices(signal)),
    createDeadLetters(signal),
  );
}
