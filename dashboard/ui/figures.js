// @ts-check
import { groupThousands } from '../data/decimal.js';
import { h } from './dom.js';

/** Figures with every digit they have: those that matter at a glance first, the others smaller behind them. */

/** A rate: `1,543.21` and then `0987`, `0.0006479` and then the rest. @param {string} text */
export const renderRate = (text) =>
  split(text, /^(\d{2,}\.\d{2}|[1-9]\.\d{4}|0\.0*[1-9]\d{0,3})(\d+)$/);

/** An amount of money: cents, and then what is below them unless it is nothing. @param {string | null} text */
export const renderAmount = (text) =>
  text === null ? '–' : split(text.replace(/(\.\d\d)0+$/, '$1'), /^(-?\d+\.\d{2})(\d+)$/);

/** @param {string} text @param {RegExp} parts */
function split(text, parts) {
  const [, lead = text, tail = ''] = parts.exec(text) ?? [];
  return h(
    'span',
    { class: 'digits' },
    groupThousands(lead),
    tail && h('span', { class: 'tail' }, tail),
  );
}
