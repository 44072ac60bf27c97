import type { UpstreamError, UpstreamKind } from '../platform/errors.ts';
import type { HealthCode } from '../platform/health.ts';
import { CREDENTIAL_NAMES } from '../platform/providers.ts';
import type { FetchFailure } from './progress.ts';
import type { Run } from './run.ts';

/** Why a run waits, failed or was skipped, for programs. People read `describeFailure`. */
export type FailureCode = keyof typeof SENTENCES;

export interface Failure {
  readonly code: FailureCode;
  /** The numbers and names of the sentence; kept in `runs.failure_detail`. */
  readonly detail?: Readonly<Record<string, string | number>>;
}

type Detail = Readonly<Record<string, string | number>>;

const CLOSE = 'fix the cause, then run: npm run status -- --close-breaker';
const minute = (instant: string | number | undefined) =>
  `${String(instant).slice(0, 19).replace('T', ' ')} UTC`;

/** What helps when a run cannot be paid today; a price above the budget never can. */
export const budgetFix = ({ setting, price, budget }: Detail) =>
  `raise ${setting ?? "the provider's daily budget"}` +
  (Number(price) > Number(budget) ? ` to ${price} or more` : ', or wait for 00:00 UTC');

const SENTENCES = {
  // The budget and other limits of cost.
  budget_spent: (d: Detail) =>
    `not enough for another run: ${d['spent']} of ${d['budget']} used today, ` +
    `a run costs ${d['price']}; ${budgetFix(d)}`,
  budget_reserved: (d: Detail) =>
    `not enough beside the slots of today: ${d['spent']} of ${d['budget']} used, ` +
    `${d['reserved']} reserved for them, a run costs ${d['price']}; ${budgetFix(d)}`,
  accepted_cost_exceeded: (d: Detail) =>
    `refused: ${d['accepted']} rates were accepted as the cost, ${d['spent']} are used, ` +
    `and this page costs ${d['price']}`,
  package_exhausted: (d: Detail) =>
    `refused: the package has ${d['left']} rates left and this page costs ${d['price']}`,
  attempts_exhausted: (d: Detail) => `given up after ${d['attempts']} attempts: ${d['last']}`,
  // What the provider did.
  circuit_open: (d: Detail) =>
    `the circuit breaker is open until ${minute(d['until'])}: ${d['reason']}; ${CLOSE}`,
  provider_refused: (d: Detail) => `${d['message']}; ${CLOSE}`,
  quota_exceeded: (d: Detail) => String(d['message']),
  provider_rejected: (d: Detail) => String(d['message']),
  provider_unavailable: (d: Detail) => String(d['message']),
  provider_unusable: (d: Detail) => String(d['message']),
  interrupted: (d: Detail) => String(d['message']),
  // After the response.
  stream_unavailable: (d: Detail) => `not published yet: ${d['message']}`,
  consumer_behind: (d: Detail) =>
    d['lag'] === undefined
      ? 'consumer behind: its position is unknown'
      : `consumer behind: ${d['lag']} events are still to be read`,
  republishing: () => 'published and lost; it is published again',
  never_stored: (d: Detail) =>
    `published ${d['publishes']} times and never stored: see npm run dlt -- ls`,
  dead_letter: (d: Detail) => `dead letter ${d['dead_letter_id']}`,
  rates_hidden: () =>
    'its rates are simulated and hidden, because the database holds real ones: ' +
    `set ${CREDENTIAL_NAMES}, or delete the real rates with ` +
    'npm run simulator -- forget-real-rates',
  no_newer_rate: () => 'the provider returned no newer rate than the ones already stored',
  // The schedule.
  superseded: (d: Detail) => `${d['last']}; given up, the next slot is due`,
  expired: (d: Detail) => `expired: no producer claimed it within ${d['minutes']} minutes`,
  no_longer_needed: (d: Detail) => `missed: ${d['day']} is over and has its rates already`,
  missed_too_late: (d: Detail) => `missed: no producer was running within ${d['hours']} h of it`,
  missed_later_slot: () => 'missed: a later slot of its day runs instead',
  missed_absence: (d: Detail) =>
    `missed: no producer was running from ${d['from']} to ${d['to']} (${d['count']} slots)`,
  // A bug of ours.
  internal_error: (d: Detail) => `internal error, see the log of the producer: ${d['message']}`,
} satisfies Record<string, (detail: Detail) => string>;

/** The failure as a sentence for an operator: what is wrong and, where it helps, what to do. */
export function describeFailure({ code, detail = {} }: Failure): string {
  return SENTENCES[code](detail);
}

/** Why a run failed, without the page that a provider or a proxy sent in place of JSON. */
export function briefError(run: Pick<Run, 'error' | 'failure_code' | 'failure_detail'>) {
  const { error, failure_code: code, failure_detail: detail } = run;
  const brief = detail?.['brief'];
  if (code !== null && typeof brief === 'string')
    return describeFailure({ code, detail: { message: brief } });
  return error === null ? null : withoutTags(error);
}

/** A sentence that may hold a page, by its text. */
export function withoutTags(text: string): string {
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The three columns that hold a failure, as parameters of a statement; all null without one. */
export function failureParams(failure: Failure | null) {
  return {
    failureCode: failure?.code ?? null,
    failureDetail: failure?.detail ? JSON.stringify(failure.detail) : null,
    error: failure && describeFailure(failure),
  };
}

/** What a failure means for the health of the pipeline. */
export function healthCodeOf(code: FailureCode): HealthCode {
  if (code === 'circuit_open' || code === 'quota_exceeded') return 'provider_refused';
  if (code.startsWith('provider_re')) return 'provider_refused';
  if (code.startsWith('budget_')) return 'budget_spent';
  if (code === 'internal_error') return 'bug';
  if (code === 'stream_unavailable' || code === 'rates_hidden' || code === 'no_newer_rate')
    return code;
  return NOT_STORED.includes(code) ? 'events_not_stored' : 'provider_unavailable';
}

const NOT_STORED = ['consumer_behind', 'republishing', 'never_stored', 'dead_letter'];

const RETRY_SECONDS = [300, 900, 3600];
const LAST_RETRY_SECONDS = 3600;

/** Decides what follows a failed round: the reason, whether it is retried, and when. */
export function describeFetchFailure(
  run: Pick<Run, 'trigger' | 'attempts'>,
  error: UpstreamError,
  isStopping: boolean,
): FetchFailure {
  const { kind, status, message, brief, billed: isBilled, retryable, retryAt } = error;
  const detail = { message, status: status ?? 0, ...(brief !== message && { brief }) };
  const failure = { code: CODES[kind], detail };
  // The next producer goes on at once, as it would after a kill.
  if (isStopping)
    return { failure: { ...failure, code: 'interrupted' }, isBilled, retryInSeconds: 0 };
  const isRefused = kind === 'refused' || kind === 'exhausted';
  // A manual run fails at once. So does history: a retry would not return it either.
  const isFinal =
    run.trigger === 'manual' ||
    run.trigger === 'cross-check' ||
    (run.trigger === 'backfill' && !retryable && !isRefused);
  return {
    failure,
    isBilled,
    retryInSeconds: isFinal ? null : (RETRY_SECONDS[run.attempts - 1] ?? LAST_RETRY_SECONDS),
    // More calls would cost a trial its last ones, or have the account locked.
    ...(isRefused && { breaker: { status: status ?? 0, until: retryAt } }),
  };
}

const CODES: Record<UpstreamKind, FailureCode> = {
  outage: 'provider_unavailable',
  refused: 'provider_refused',
  exhausted: 'quota_exceeded',
  unusable: 'provider_unusable',
  rejected: 'provider_rejected',
};
