// @ts-check

import { onStatus } from '../data/status.js';
import { createTable, h, render } from '../ui/dom.js';
import { createEmptyState, createSkeleton } from '../ui/panel.js';

const COLUMNS = [{ name: 'Service' }, { name: 'Heard of', figures: true }, { name: 'State' }];

/** Who is alive, in their own words. @param {AbortSignal} signal */
export function services(signal) {
  const body = h('div', { class: 'panel-body' }, createSkeleton(4));
  onStatus(({ status }) => {
    if (!status) return;
    if (status.services.length === 0)
      return render(body, createEmptyState('No service has said anything yet.'));
    render(
      body,
      createTable(
        'Services',
        COLUMNS,
        status.services.map(({ service, instance, seen_seconds_ago, fresh, trouble }) => [
          h('span', { title: instance }, service),
          `${seen_seconds_ago} s ago`,
          h(
            'span',
            { class: `mark long ${trouble || !fresh ? 'wrong' : 'good'}` },
            trouble ?? (fresh ? 'well' : 'silent'),
          ),
        ]),
      ),
    );
  }, signal);
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': 'services-title' },
    h('div', { class: 'panel-head' }, h('h2', { id: 'services-title' }, 'Services')),
    body,
  );
}
