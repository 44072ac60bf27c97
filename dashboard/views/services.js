// @ts-check

import { onStatus } from '../data/status.js';
import { element, fill, table } from '../ui/element.js';
import { nothing, skeleton } from '../ui/panel.js';

const COLUMNS = [{ name: 'Service' }, { name: 'Heard of', figures: true }, { name: 'State' }];

/** Who is alive, in their own words. @param {AbortSignal} signal */
export function services(signal) {
  const body = element('div', { class: 'panel-body' }, skeleton(4));
  onStatus(({ status }) => {
    if (!status) return;
    if (status.services.length === 0)
      return fill(body, nothing('No service has said anything yet.'));
    fill(
      body,
      table(
        'Services',
        COLUMNS,
        status.services.map(({ service, instance, seen_seconds_ago, fresh, trouble }) => [
          element('span', { title: instance }, service),
          `${seen_seconds_ago} s ago`,
          element(
            'span',
            { class: `mark long ${trouble || !fresh ? 'wrong' : 'good'}` },
            trouble ?? (fresh ? 'well' : 'silent'),
          ),
        ]),
      ),
    );
  }, signal);
  return element(
    'section',
    { class: 'panel', 'aria-labelledby': 'services-title' },
    element('div', { class: 'panel-head' }, element('h2', { id: 'services-title' }, 'Services')),
    body,
  );
}
