import { briefError, describeFailure, type FailureCode } from './failure.ts';

/**
 * A row of the ledger: one slot, or one manual run or backfill page. Instants are ISO 8601 in UTC.
 */
export interface Run {
  readonly run_id: string;
  readonly source: Source;
  readonly trigger: 'schedule' | 'catch-up' | 'manual' | 'backfill' | 'fallback' | 'cross-check';
  /** When the schedule wanted it; null for a run that a person or a program requested. */
  readonly slot: string | null;
  readonly state:
    | 'due'
    | 'claimed'
    | 'fetched'
    | 'published'
    | 'confirmed'
    | 'retrying'
    | 'failed'
    | 'skipped';
  readonly currencies: readonly string[];
  /** The past days whose historic rates are fetched, YYYY-MM-DD; null for current rates. */
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly asked_at: string;
  readonly next_attempt_at: string;
  /** Claims that were allowed to fetch. */
  readonly attempts: number;
  readonly abandoned_claims: number;
  /** Fencing token: raised by every claim, so an older holder of the lease can no longer write. */
  readonly fence: string;
  readonly claimed_at: string | null;
  /** What the source bills: each rate, or each call. */
  readonly bills: 'rates' | 'calls';
  /** What one fetch costs, in what the source bills. */
  readonly price: number;
  /** Billed so far; while a fetch is in progress its price is reserved in here. */
  readonly cost: number;
  readonly response_body: string | null;
  readonly answered_by: Source | null;
  readonly fetched_at: string | null;
  readonly published_at: string | null;
  /** Where the stream stored the events: first and last offset in each partition. */
  readonly published_to: readonly PublishedTo[] | null;
  /** Currencies that did not come: the run is confirmed all the same, and partial. */
  readonly missing: readonly string[];
  /** Set once the run is confirmed. */
  readonly outcome: 'ok' | 'partial' | 'no_newer_rate' | null;
  readonly failure_code: FailureCode | null;
  readonly failure_detail: Readonly<Record<string, unknown>> | null;
  /** The failure as a sentence. */
  readonly error: string | null;
  readonly ended_at: string | null;
}

export interface PublishedTo {
  readonly partition: number;
  readonly first: string;
  readonly last: string;
}

/** Where a rate comes from: the name of a row of the table `sources`. */
export type Source = string;

/** A row of `sources`: the lowest rank wins a day. */
export interface SourceRow {
  readonly name: string;
  readonly title: string;
  readonly rank: number;
  readonly simulated: boolean;
}

/** What a client that waits for a run wants to know. */
export type Outcome =
  | { state: 'running' }
  | { state: 'done' }
  | { state: 'refused'; detail: string; endedAt?: string | null };

/**
 * `done` means that the run's rates can be read. A run that will be retried counts as refused for
 * now, and so does one that brought nothing newer than what was there.
 */
export function outcomeOf(run: Run): Outcome {
  const { ended_at: endedAt } = run;
  const refused = (detail: string): Outcome => ({ state: 'refused', detail, endedAt });
  const error = briefError(run);
  if (run.state === 'confirmed') {
    if (run.outcome !== 'no_newer_rate') return { state: 'done' };
    return refused(error ?? describeFailure({ code: 'no_newer_rate' }));
  }
  if (run.state === 'failed' || run.state === 'skipped') return refused(error ?? run.state);
  if (run.state === 'retrying')
    return refused(`${error ?? 'the last attempt failed'}; retried at ${run.next_attempt_at}`);
  return { state: 'running' };
}
