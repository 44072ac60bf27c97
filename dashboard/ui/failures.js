// @ts-check
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
  'Check XE_ACCOUNT_ID and XE_API_KEY, then run: npm run status -- --close-breaker.';

/** @type {Record<string, (status: string) => { cause: string, action: string }>} */
const FAILURES = {
  xe_unavailable: (status) => ({ cause: `XE is unavailable${status}.`, action: '' }),
  xe_refused: (status) => ({
    cause: `XE refused the request${status}.`,
    action: CHECK_KEYS,
  }),
  xe_rate_limited: (status) => ({ cause: `XE limits our requests${status}.`, action: '' }),
  xe_invalid: () => ({ cause: 'XE sent an unusable response.', action: '' }),
  breaker_open: () => ({
    cause: 'The circuit breaker is open: XE refused an earlier request.',
    action: CHECK_KEYS,
  }),
  budget_spent: () => ({
    cause: 'The daily budget of XE rates is spent.',
    action: 'Raise XE_DAILY_BUDGET or wait until 00:00 UTC.',
  }),
  dead_letter: () => ({
    cause: 'An event became a dead letter.',
    action: 'See dead letters on the Pipeline page.',
  }),
  bug: () => ({
    cause: 'An internal error ended the run.',
    action: 'Look for the run in the producer’s log.',
  }),
};

/**
 * @param {Failure} failure
 * @returns {Explanation}
 */
export function explainFailure({ code, reason, status }) {
  const known = code ? FAILURES[code]?.(status ? ` (${status})` : '') : undefined;
  const cause = shorten(reason ?? 'No reason is known.');
  if (known) return { ...known, raw: reason ?? null };
  return { cause, action: '', raw: cause === reason ? null : (reason ?? null) };
}

/**
 * The failure of a run, an open run or a slot.
 * @param {import('../data/types.d.ts').RunLike} run
 */
export const failureOf = ({ failure_code, failure_detail, reason, error }) => ({
  code: failure_code ?? null,
  status: failure_detail?.status ?? null,
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
export const createRawDetails = (raw) =>
  raw &&
  h(
    'details',
    { class: 'on-demand' },
    h('summary', {}, 'Details'),
    h('pre', { class: 'raw', tabindex: '0', 'aria-label': 'The reason in full' }, raw),
  );
