// @ts-check
import { getServerTime, onStatus } from '../data/status.js';
import { createMark, h, render } from './dom.js';
import { formatAge, formatDuration, renderUtc } from './time.js';

/** @typedef {import('../data/types.d.ts').Schemas['Status']} Status */

/** The pipeline at a glance, above every view. @param {HTMLElement} strip */
export function showHealthStrip(strip) {
  onStatus((snapshot) => {
    const { status, error } = snapshot;
    if (status) {
      strip.classList.toggle('is-old', error !== null);
      render(strip, createCells(status, getServerTime(snapshot)));
    } else if (error) render(strip, h('p.muted', 'Status unavailable.'));
  });
}

/**
 * Without its token, the API may send only freshness and slots.
 * @param {Status} status
 * @param {number} now
 */
function createCells(status, now) {
  const { currencies, last_slot: last, next_slot, consumer_lag: lag, dead_letters: dead } = status;
  const freshness = h('ul.freshness', currencies.map(createFreshness));
  const lastSlot = last ? [renderUtc(last.slot), ' ', renderState(last.state)] : 'none yet';
  const due = h('span.muted', formatAge(next_slot, now));
  return [
    createCell('Freshness', freshness, { kind: 'is-wide' }),
    createCell('Last slot', lastSlot, { wrong: last?.state === 'failed', kind: 'is-half' }),
    createCell('Next slot', [renderUtc(next_slot), ' ', due], { kind: 'is-half' }),
    status.details &&
      createCell('Consumer lag', lag === null ? 'unknown' : pluralize(lag, 'event'), {
        wrong: lag === null,
      }),
    dead !== null &&
      createCell('Dead letters', h('a', { href: '?view=pipeline#dead-letters' }, String(dead)), {
        wrong: dead > 0,
      }),
    createQuotaCell(status),
  ];
}

/** @param {Status} status */
function createQuotaCell({ quota, spent_today: spent, daily_budget: budget }) {
  if (quota?.quota_remaining) {
    const limit = quota.quota_limit ? ` of ${quota.quota_limit}` : '';
    return createCell('Quota left', `${quota.quota_remaining}${limit}`);
  }
  if (spent === null || budget === null) return null;
  return createCell('Spent today', `${spent} of ${budget} rates`, { wrong: spent >= budget });
}

/** @param {string} count @param {string} noun */
const pluralize = (count, noun) => `${count} ${noun}${count === '1' ? '' : 's'}`;

/** @param {Status['currencies'][number]} currency */
function createFreshness({ quote, rate_date, age_seconds, stale }) {
  const age =
    age_seconds === null ? 'no rate yet' : `${formatDuration(age_seconds * 1000)}, of ${rate_date}`;
  const kind = rate_date === null ? 'none' : stale ? 'stale' : 'fresh';
  const words = `${kind}, ${age}`;
  return h(
    'li',
    { class: `fresh-mark ${kind}`, title: `${quote}: ${words}` },
    quote,
    h('span.unseen', ` ${words}`),
  );
}

/**
 * @param {string} name
 * @param {import('./dom.js').Child} value
 * @param {{ wrong?: boolean, kind?: string }} [options]
 */
const createCell = (name, value, { wrong = false, kind = '' } = {}) =>
  h(
    'div',
    { class: `health-cell ${wrong ? 'is-wrong' : ''} ${kind}` },
    h('dt', name),
    h('dd', value),
  );

/** @type {Record<string, 'good' | 'wrong' | 'dull'>} */
const STATES = {
  confirmed: 'good',
  redriven: 'good',
  failed: 'wrong',
  open: 'wrong',
  skipped: 'dull',
  closed: 'dull',
};

/** The state of a run or dead letter, not by colour alone. @param {string} name */
export const renderState = (name) => createMark(STATES[name] ?? 'under-way', name);
