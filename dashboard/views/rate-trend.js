// @ts-check
import { computePercentChange } from '../data/decimal.js';
import { h } from '../ui/dom.js';
import { addDays } from '../ui/time.js';

/** @typedef {import('../data/types.d.ts').Rate} Rate */

const SIGNS = { down: '▼', up: '▲', flat: '■' };

/**
 * The change from the rate before to the newest one.
 * @param {readonly Rate[]} rates of one currency, oldest first
 * @param {'rate' | 'inverse'} side
 * @returns {(Node | string)[]}
 */
export function describeChange(rates, side) {
  const [before, newest] = [rates.at(-2), rates.at(-1)];
  const [then, now] = [before?.[side], newest?.[side]];
  const change = now && then ? computePercentChange(now, then) : null;
  if (!before || !newest || change === null)
    return [h('span', { class: 'muted' }, 'no earlier rate')];
  const way = change.startsWith('-') ? 'down' : /[1-9]/.test(change) ? 'up' : 'flat';
  const isNextDay = before.rate_date === addDays(newest.rate_date, -1);
  return [
    h(
      'span',
      { class: `move ${way}` },
      h('span', { 'aria-hidden': 'true' }, SIGNS[way]),
      ` ${change.replace('-', '−')} %`,
    ),
    h('span', { class: 'muted' }, isNextDay ? ' in a day' : ` since ${before.rate_date}`),
  ];
}
