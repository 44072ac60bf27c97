// @ts-check

import { onStatus } from '../data/status.js';
import { h, render } from './dom.js';
import { formatAge, formatDuration, renderUtc } from './time.js';

/** @typedef {import('../data/answers.d.ts').Status} Status */

/** The strip that says at a glance how the pipeline does. @param {HTMLElement} strip */
export function showHealthStrip(strip) {
  onStatus(({ status, trouble, since }) => {
    if (!status)
      return (
        trouble &&
        render(strip, h('p', { class: 'muted' }, 'The state of the pipeline is not known.'))
      );
    strip.classList.toggle('is-old', trouble !== null);
    render(strip, cells(status, Date.parse(status.now) + Date.now() - since));
  });
}

/** @param {Status} status @param {number} now the database's clock */
function cells(
  {
    currencies,
    last_slot: last,
    next_slot,
    consumer_lag,
    dead_letters,
    quota,
    spent_today,
    daily_budget,
  },
  now,
) {
  return [
    cell(
      'Freshness',
      h(
        'ul',
        { class: 'freshness' },
        currencies.map((currency) => freshness(currency)),
      ),
      { kind: 'is-wide' },
    ),
    cell('Last slot', last ? [renderUtc(last.slot), ' ', renderState(last.state)] : 'none yet', {
      wrong: last?.state === 'failed',
      kind: 'is-half',
    }),
    cell(
      'Next slot',
      [renderUtc(next_slot), ' ', h('span', { class: 'muted' }, formatAge(next_slot, now))],
      { kind: 'is-half' },
    ),
    cell(
      'Lag',
      consumer_lag === null
        ? 'not known'
        : `${consumer_lag} event${consumer_lag === '1' ? '' : 's'}`,
      {
        wrong: consumer_lag === null,
      },
    ),
    cell('Dead letters', h('a', { href: '/?view=pipeline#dead-letters' }, String(dead_letters)), {
      wrong: dead_letters > 0,
    }),
    quota?.quota_remaining
      ? cell(
          'Quota left',
          `${quota.quota_remaining}${quota.quota_limit ? ` of ${quota.quota_limit}` : ''}`,
        )
      : cell('Spent today', `${spent_today} of ${daily_budget} rates`, {
          wrong: spent_today >= daily_budget,
        }),
  ];
}

/** @param {Status['currencies'][number]} currency */
function freshness({ quote, rate_date, age_seconds, stale }) {
  const age =
    age_seconds === null
      ? 'no rate yet'
      : `${formatDuration(age_seconds * 1000)} old, of ${rate_date}`;
  const kind = rate_date === null ? 'none' : stale ? 'stale' : 'fresh';
  return h(
    'li',
    { class: `fresh-mark ${kind}`, title: `${quote}: ${kind === 'stale' ? 'stale, ' : ''}${age}` },
    quote,
    h('span', { class: 'unseen' }, ` ${kind}, ${age}`),
  );
}

/** @param {string} name @param {import('./dom.js').Child} value */
function cell(name, value, { wrong = false, kind = '' } = {}) {
  return h(
    'div',
    { class: `health-cell ${wrong ? 'is-wrong' : ''} ${kind}` },
    h('dt', {}, name),
    h('dd', {}, value),
  );
}

/** A run's state as a mark that does not speak by colour alone. @param {string} name */
export function renderState(name) {
  const kind =
    { confirmed: 'good', redriven: 'good', failed: 'wrong', skipped: 'dull', open: 'wrong' }[
      name
    ] ?? 'under-way';
  return h('span', { class: `mark ${kind}` }, name);
}
