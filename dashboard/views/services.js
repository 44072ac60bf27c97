// @ts-check
import { signIn } from '../data/api.js';
import { onStatus, refreshStatus } from '../data/status.js';
import { createButton, createTable, h, render } from '../ui/dom.js';
import { createEmptyState, createSkeleton } from '../ui/panel.js';

/** @typedef {import('../data/types.d.ts').Status} Status */

const COLUMNS = [
  { name: 'Service' },
  { name: 'Last heartbeat', figures: true },
  { name: 'Health' },
];

/** Creates the panel of the services and their health. @param {AbortSignal} signal */
export function createServices(signal) {
  const body = h('div', { class: 'panel-body' }, createSkeleton(4));
  onStatus(({ status }) => {
    if (status) render(body, createContent(status));
  }, signal);
  const title = h('h2', { id: 'services-title' }, 'Services');
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': 'services-title' },
    h('div', { class: 'panel-head' }, title),
    body,
  );
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
  const rows = services.map(({ service, instance, seen_seconds_ago, fresh, trouble }) => [
    h('span', { title: instance }, service),
    `${seen_seconds_ago} s ago`,
    h(
      'span',
      { class: `mark long ${trouble || !fresh ? 'wrong' : 'good'}` },
      fresh ? (trouble ? `unhealthy: ${trouble}` : 'healthy') : 'heartbeat overdue',
    ),
  ]);
  return [createTable('Services', COLUMNS, rows)];
}
