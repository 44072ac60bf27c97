// @ts-check
import { signIn } from '../data/api.js';
import { ANY } from '../data/params.js';
import { takeTurn } from '../data/schedule.js';
import { onStatus, refreshStatus } from '../data/status.js';
import { createButton, createNotice, h, render } from '../ui/dom.js';
import { createEmptyState, createSection, createSkeleton } from '../ui/panel.js';
import { createTable, number, text } from '../ui/table.js';
import { createDeadLetters, LETTER_STATES } from './dead-letters.js';
import { createLiveEvents } from './live-events.js';
import { createManualRun } from './manual-run.js';
import { createRunHistory } from './run-history.js';

/** @typedef {import('../data/types.d.ts').Schemas['Status']} Status */

/** @type {readonly import('../ui/table.js').Column<Status['services'][number]>[]} */
const COLUMNS = [
  text('Service', ({ service, instance }) => h('span', { title: instance }, service)),
  number('Last heartbeat', ({ seen_seconds_ago }) => `${seen_seconds_ago} s ago`),
  text('Health', ({ fresh, trouble }) =>
    h(
      'span',
      { class: `mark long ${trouble || !fresh ? 'wrong' : 'good'}` },
      fresh ? (trouble ? `unhealthy: ${trouble}` : 'healthy') : 'heartbeat overdue',
    ),
  ),
];

/** Of the URL; the filters name what they do not know. */
const PARAMS = {
  ...{ run_state: ANY, run_trigger: ANY, event_quote: ANY },
  dead_letters: LETTER_STATES,
};

export const PIPELINE_VIEW = { title: 'Pipeline', open, PARAMS };

/** @param {HTMLElement} place @param {AbortSignal} signal */
async function open(place, signal) {
  const runs = createRunHistory(signal);
  place.append(h('h1.unseen', 'Pipeline'), createManualRun(signal, runs.refresh), runs.root);
  await takeTurn();
  if (signal.aborted) return;
  place.append(
    h('div.two.wide-first', createLiveEvents(signal), createServices(signal)),
    createDeadLetters(signal),
  );
}

/** Creates the panel of the services and their health. @param {AbortSignal} signal */
function createServices(signal) {
  const body = h('div', createSkeleton(4));
  onStatus(({ status, error }) => {
    if (status) render(body, createContent(status));
    else if (error) render(body, createNotice('wrong', error.message));
  }, signal);
  return createSection({ title: 'Services' }, body);
}

/** @param {Status} status */
function createContent({ services, details }) {
  if (!details)
    return [
      createEmptyState('Enter the API token to see the services.'),
      createButton('Enter the token', async () => (await signIn()) && refreshStatus()),
    ];
  if (services.length === 0)
    return [
      createEmptyState(
        'No service has reported yet.',
        'Run npm start, or npm run producer and npm run consumer.',
      ),
    ];
  return [createTable('Services', COLUMNS, services)];
}
