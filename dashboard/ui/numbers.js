// @ts-check
import { h } from './dom.js';

/** Numbers with all their digits: the leading ones at full size, the rest smaller. */

/** `1234567.8900` → `1,234,567.8900`. @param {string} text */
export function groupThousands(text) {
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A rate: `1,543.21` and a small `0987`, `0.0006479` and the rest. @param {string} text */
export const renderRate = (text) =>
  renderSplit(text, /^(\d{2,}\.\d{2}|[1-9]\.\d{4}|0\.0*[1-9]\d{0,3})(\d+)$/);

/** Two decimals, then further ones unless they are zeros. @param {string} text */
const trimAmount = (text) => text.replace(/(\.\d\d)0+$/, '$1');

/** Money as text. @param {string} text */
export const formatAmount = (text) => groupThousands(trimAmount(text));

/**
 * Money. With a reason, an amount that is not known says so.
 * @param {string | null | undefined} text
 * @param {string} [reason] why it may be unknown
 */
export function renderAmount(text, reason) {
  if (text) return renderSplit(trimAmount(text), /^(-?\d+\.\d{2})(\d+)$/);
  return reason ? h('span', { class: 'muted', title: reason }, 'unknown') : '–';
}

/**
 * An amount of a loan and its currency.
 * @param {string | null} amount
 * @param {string | null} currency
 */
export const renderMoney = (amount, currency, reason = 'The loan has no instalments.') => [
  renderAmount(amount, reason),
  amount && h('span', { class: 'unit' }, ` ${currency ?? 'no currency'}`),
];

/** @param {string} text @param {RegExp} pattern */
function renderSplit(text, pattern) {
  const [, lead = text, tail = ''] = pattern.exec(text) ?? [];
  return h('span.digits', groupThousands(lead), tail && h('span.tail', tail));
}
