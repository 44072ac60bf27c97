// @ts-check
import { Unreachable } from '../data/api.js';
import { isSimulated, onStatus, titleOf } from '../data/status.js';
import { h, render } from './dom.js';
import {
  createRawReason,
  describeRetry,
  explainFailure,
  failureOf,
  toSentence,
} from './failures.js';
import { formatDuration, formatMinute, getToday } from './time.js';

/** @typedef {import('../data/types.d.ts').Schemas['Status']} Status */
/** @typedef {import('../data/types.d.ts').Schemas['HealthProblem']} HealthProblem */
/**
 * @typedef {object} Banner
 * @property {'wrong' | 'warning'} kind
 * @property {string} title
 * @property {string} text
 * @property {string | null} [raw] the full reason, under a disclosure
 */

/** @type {Record<string, string>} */
const TITLES = {
  credentials_missing: 'NO CREDENTIALS',
  rates_missing: 'RATES MISSING',
  service_silent: 'SERVICE DOWN',
  service_unhealthy: 'SERVICE UNHEALTHY',
};

/**
 * Warnings above every view. Rendered only when they change, so that a screen reader announces
 * each once.
 * @param {HTMLElement} place
 */
export function showBanners(place) {
  let shown = '';
  // Part of the page as served, so that it does not shift the content later.
  /** @type {HTMLElement | null} */
  const simulated = place.querySelector('.simulated');
  onStatus((snapshot) => {
    const { status } = snapshot;
    // With real rates in the database, simulated ones are hidden.
    const isHidden = status?.problems.some(({ code }) => code === 'credentials_missing');
    if (status && simulated) simulated.hidden = !isSimulated(status.source) || isHidden === true;
    const banners = [...describeConnection(snapshot), ...(status ? describeProblems(status) : [])];
    const key = JSON.stringify(banners);
    if (key === shown) return;
    shown = key;
    render(place, simulated, ...banners.map(createBanner));
  });
}

/** @param {import('../data/status.js').Snapshot} snapshot @returns {Banner[]} */
function describeConnection({ status, error, receivedAt }) {
  if (!error) return [];
  const title = error instanceof Unreachable ? 'OFFLINE' : 'STATUS UNAVAILABLE';
  const since = formatMinute(new Date(receivedAt).toISOString());
  const outdated = status ? ` The page shows data from ${since} UTC.` : '';
  return [{ kind: 'wrong', title, text: error.message + outdated }];
}

/** One cause makes one banner. @param {Status} status @returns {Banner[]} */
function describeProblems(status) {
  const upstream = describeBreaker(status) ?? describeFailingRun(status);
  const stale = describeStaleRates(status, upstream !== null);
  // At the first start there are no rates to be missing.
  const isStarting = !status.currencies.some(({ rate_date }) => rate_date !== null);
  const explained = ['run_failing', 'rates_stale', ...(isStarting ? ['rates_missing'] : [])];
  // The producer reports the failure of its run as its own, without the body of the response.
  if (upstream) explained.push('provider_unavailable', 'provider_refused', 'budget_spent');
  const reasons = new Set([
    status.breaker?.reason,
    status.last_slot?.reason,
    ...status.open_runs.map(({ error }) => error),
  ]);
  const others = status.problems.filter(
    ({ code, detail }) => !explained.includes(code) && !reasons.has(detail),
  );
  const fallback = describeFallback(status);
  const known = [fallback, upstream].filter((banner) => banner !== null);
  return [...known, ...(stale ? [stale] : []), ...others.map(describeOther)];
}

/** @param {Status} status @returns {Banner | null} */
function describeFallback({ fallback, source }) {
  if (!fallback) return null;
  const { currencies, rate_date, source: used, since } = fallback;
  const reason = since ? ` (${titleOf(source)} unavailable since ${formatMinute(since)} UTC)` : '';
  const day = rate_date === getToday() ? 'today' : rate_date;
  const text = `${currencies.join(', ')} of ${day} from ${used}${reason}.`;
  return { kind: 'warning', title: 'FALLBACK RATES', text };
}

/** @param {HealthProblem} problem @returns {Banner} */
function describeOther({ code, detail, fix }) {
  const { cause, raw } = explainFailure({ code: null, status: null, reason: detail, source: null });
  return {
    kind: code === 'service_unhealthy' ? 'warning' : 'wrong',
    title: TITLES[code] ?? 'DEGRADED',
    text: `${cause} ${toSentence(fix)}`,
    raw,
  };
}

/** @param {Status} status @returns {Banner | null} */
function describeBreaker({ breaker, source }) {
  if (!breaker) return null;
  const { cause, action } = explainFailure({
    code: breaker.status === 429 ? 'quota_exceeded' : 'provider_refused',
    status: breaker.status,
    reason: breaker.reason,
    source,
  });
  const until = `No requests are sent before ${formatMinute(breaker.open_until)} UTC.`;
  return {
    kind: 'wrong',
    title: 'CIRCUIT BREAKER OPEN',
    text: `${cause} ${until} ${action || 'No action needed.'}`,
    raw: breaker.reason,
  };
}

/**
 * The newest run that failed or is being retried.
 * @param {Status} status
 * @returns {Banner | null}
 */
function describeFailingRun({ source, open_runs: open, last_slot: last, currencies, newest }) {
  const failing = open.filter(({ error }) => error);
  const slot = last?.state === 'failed' ? last : null;
  // A page of a backfill takes no other run's place.
  const current = failing.findLast(({ trigger }) => trigger !== 'backfill');
  const retrying = current ?? (slot ? undefined : failing.at(-1));
  const run = retrying ?? slot;
  if (!run) return null;
  const { cause, action, raw } = explainFailure(failureOf(run, source));
  const served = newest ? `Rates of ${newest.rate_date} are served.` : '';
  const isFresh = newest && !currencies.some(({ stale }) => stale);
  const advice = action || (isFresh && retrying ? 'No action needed.' : '');
  const retry = describeRetry(retrying?.next_attempt_at);
  return {
    kind: isFresh ? 'warning' : 'wrong',
    title: retrying ? 'RETRYING' : 'UPDATE FAILED',
    text: [cause, retry, served, advice].filter(Boolean).join(' '),
    raw,
  };
}

/** @param {Status} status @param {boolean} isExplained another banner says why */
function describeStaleRates({ currencies }, isExplained) {
  const stale = currencies.filter((currency) => currency.stale && currency.rate_date !== null);
  if (stale.length === 0) return null;
  const oldest = Math.max(...stale.map(({ age_seconds }) => age_seconds ?? 0));
  const names = stale.map(({ quote }) => quote).join(', ');
  const hint = isExplained ? '' : ' Check the runs on the Pipeline page.';
  const text =
    `No newer rate since the last slot for ${names}. ` +
    `The oldest is ${formatDuration(oldest * 1000)} old.${hint}`;
  return { kind: /** @type {const} */ ('wrong'), title: 'STALE RATES', text };
}

/** @param {Banner} banner */
const createBanner = ({ kind, title, text, raw = null }) =>
  h('div', { class: `banner ${kind}` }, h('strong', title), h('p', text), createRawReason(raw));
