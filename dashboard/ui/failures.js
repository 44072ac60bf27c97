// @ts-check
import { titleOf } from '../data/status.js';
import { h } from './dom.js';
import { formatMinute } from './time.js';

/** Failures in words, by code: the cause and what to do. Others show the reason from the API. */

/** @typedef {import('../data/types.d.ts').Failure} Failure */
/**
 * @typedef {object} Explanation
 * @property {string} cause one sentence
 * @property {string} action what to do; empty when nothing
 * @property {string | null} raw the full reason, such as a response body, for a closer look
 */

const MAX_CAUSE = 160;
const CHECK_KEYS =
  'Check the credentials of the provider, then run: npm run status -- --close-breaker.';

/**
 * Codes whose reason holds a response body; the reasons of other codes are sentences already.
 * @type {Record<string, (status: string, title: string) => { cause: string, action: string }>}
 */
const FAILURES = {
  provider_unavailable: (status, title) => ({
    cause: `${title} is unavailable${status}.`,
    action: '',
  }),
  provider_unusable: (_, title) => ({ cause: `${title} sent an unusable response.`, action: '' }),
  provider_rejected: (status, title) => ({
    cause: `${title} rejected the request${status}.`,
    action: '',
  }),
  provider_refused: (status, title) => ({
    cause: `${title} refused access${status}.`,
    action: CHECK_KEYS,
  }),
  circuit_open: () => ({ cause: 'The circuit breaker is open.', action: CHECK_KEYS }),
  quota_exceeded: (status, title) => ({
    cause: `The quota of ${title} is exceeded${status}.`,
    action: '',
  }),
  interrupted: () => ({ cause: 'The fetch was interrupted by a shutdown.', action: '' }),
  stream_unavailable: () => ({
    cause: 'The event stream is unavailable; the response is stored.',
    action: '',
  }),
  internal_error: () => ({
    cause: 'An internal error ended the run.',
    action: 'The log of the producer has the stack.',
  }),
};

/**
 * @param {Failure} failure
 * @returns {Explanation}
 */
export function explainFailure({ code, reason, status, source }) {
  const title = source ? titleOf(source) : 'The provider';
  const known = code ? FAILURES[code]?.(status ? ` (${status})` : '', title) : undefined;
  if (known) return { ...known, raw: reason };
  const short = shorten(reason ?? 'No reason is known.');
  return { cause: toSentence(short), action: '', raw: short === reason ? null : reason };
}

/** @param {string} text */
export const toSentence = (text) =>
  text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? '' : '.');

/**
 * The failure of a run, an open run or a slot, at the source that it fetches from.
 * @param {import('../data/types.d.ts').RunLike} run
 * @param {string} source
 */
export const failureOf = ({ failure_code, failure_detail, reason, error }, source) => ({
  source,
  code: failure_code ?? null,
  status: Number(failure_detail?.['status']) || null,
  reason: reason ?? error ?? null,
});

/** `Retrying at 00:22 UTC.` @param {string | null | undefined} instant */
export const describeRetry = (instant) =>
  instant ? `Retrying at ${formatMinute(instant).slice(11)} UTC.` : '';

/** The first line, without the response body that may follow. @param {string} text */
function shorten(text) {
  const line =
    text
      .split(/[\n\r<{]/, 1)[0]
      ?.trim()
      .replace(/[:,;]$/, '') ?? '';
  const short = line.length > MAX_CAUSE ? `${line.slice(0, MAX_CAUSE)}…` : line;
  return short || 'The response was not readable.';
}

/** The full reason under a disclosure. @param {string | null} raw */
export const createRawReason = (raw) =>
  raw &&
  h(
    'details.on-demand',
    h('summary', 'Details'),
    h('pre.raw', { tabindex: '0', 'aria-label': 'The reason in full' }, raw),
  );
