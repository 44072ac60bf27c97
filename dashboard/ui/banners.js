// @ts-check
import { Unreachable } from '../data/api.js';
import { onStatus } from '../data/status.js';
import { h, render } from './dom.js';
import { formatDuration, formatMinute } from './time.js';

/** @typedef {import('../data/answers.d.ts').Status} Status */

/**
 * What nobody may overlook: made-up rates, old ones, XE left alone after a refusal, whatever else is in trouble, and a page that has
 * lost its service. Changes only when the words do, so that a screen reader says each once.
 * @param {HTMLElement} place
 */
export function showBanners(place) {
  let shown = '';
  // Stands in the page as it is served: nothing has to make room for it.
  /** @type {HTMLElement | null} */
  const simulated = place.querySelector('.simulated');
  onStatus(({ status, trouble, since }) => {
    if (status && simulated) simulated.hidden = status.source !== 'simulator';
    const all = [
      ...(trouble ? [lost(trouble, status !== null, since)] : []),
      ...(status ? said(status) : []),
    ];
    const words = JSON.stringify(all);
    if (words === shown) return;
    shown = words;
    render(
      place,
      simulated,
      all.map(({ kind, title, text }) => banner(kind, title, text)),
    );
  });
}

/** @param {Error} trouble @param {boolean} filled @param {number} since */
function lost(trouble, filled, since) {
  const title = trouble instanceof Unreachable ? 'OFFLINE' : 'TROUBLE';
  const old = filled
    ? ` What you see is from ${formatMinute(new Date(since).toISOString())} UTC.`
    : '';
  return { kind: 'wrong', title, text: `${trouble.message}${old}` };
}

/** @param {Status} status */
function said({ breaker, currencies, trouble }) {
  const stale = currencies.filter(({ stale, rate_date }) => stale && rate_date !== null);
  const empty = currencies.every(({ rate_date }) => rate_date === null);
  const told = trouble.filter((sentence) => !/^no newer rate/i.test(sentence));
  return [
    ...(breaker
      ? [
          {
            kind: 'wrong',
            title: 'BREAKER OPEN',
            text: `XE refused with ${breaker.status}: ${breaker.reason}. It is left alone until ${formatMinute(breaker.open_until)} UTC.`,
          },
        ]
      : []),
    ...(stale.length > 0 && !empty
      ? [{ kind: 'wrong', title: 'STALE', text: staleness(stale) }]
      : []),
    ...(told.length > 0
      ? [{ kind: 'warning', title: 'IN TROUBLE', text: `${told.map(sentence).join(' ')}` }]
      : []),
  ];
}

/** @param {Status['currencies']} stale */
function staleness(stale) {
  const oldest = Math.max(...stale.map(({ age_seconds }) => age_seconds ?? 0));
  return `The last slot has brought nothing for ${stale.map(({ quote }) => quote).join(', ')}: the oldest rate is ${formatDuration(oldest * 1000)} old.`;
}

/** @param {string} text */
const sentence = (text) =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

/** @param {string} kind @param {string} title @param {string} text */
function banner(kind, title, text) {
  return h('div', { class: `banner ${kind}` }, h('strong', {}, title), h('p', {}, text));
}
