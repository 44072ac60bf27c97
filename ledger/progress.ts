import type { Database } from '../platform/database.ts';
import { execute, queryOne, sqlFolder } from '../platform/sql.ts';
import { openBreaker } from './breaker.ts';
import { LEASE_SECONDS } from './claim.ts';
import type { Account } from './credentials.ts';
import { type Failure, failureParams } from './failure.ts';
import type { PublishedTo, Run, Source } from './run.ts';

/** The provider's response to a run, stored before anything is published from it. */
export interface FetchedResponse {
  /** Its bytes as they came. */
  body: string;
  answeredBy: Source;
  eventIds: readonly string[];
  /** First and last `observed_at` of the events, ISO 8601. */
  observedFrom: string;
  observedTo: string;
  /** Currencies that were requested and did not come. */
  missing: readonly string[];
  /** What the provider bills for it. */
  billedRates: number;
  /** The quota headers as they came. */
  quota: Readonly<Record<string, string>>;
}

export interface FetchFailure {
  failure: Failure;
  /** Whether the provider may have billed the last fetch: its price then stays counted. */
  isBilled: boolean;
  /** When the next round begins; null: never, the run has failed. */
  retryInSeconds: number | null;
  /**
   * Opens the circuit breaker, and the run waits for it: the status and the end, if it is known.
   */
  breaker?: { status: number; until: string | null };
}

const sql = sqlFolder(import.meta.url);

const PUBLISH_RETRY_SECONDS = 5;

export type Progress = ReturnType<typeof openProgress>;

/**
 * What the holder of a claim may record. Each write carries the fencing token of the claim, so a
 * holder whose lease was taken over changes nothing.
 */
export function openProgress(db: Database, account: Account) {
  return {
    /** False when another producer has taken the run over. */
    async renewLease(run: Run): Promise<boolean> {
      const params = { ...leaseOf(run), leaseSeconds: LEASE_SECONDS };
      return (await execute(db, sql('renew_lease'), params)) === 1;
    },

    /**
     * Stores the response and settles the cost to the rates that came. A response closes the
     * circuit breaker. Null when another producer has taken the run over.
     */
    storeResponse(run: Run, fetched: FetchedResponse): Promise<Run | null> {
      const { quota, ...response } = fetched;
      const params = { ...leaseOf(run), ...account, ...response, quota: JSON.stringify(quota) };
      return db.transaction(async (trx) => {
        const stored = await queryOne<Run>(trx, sql('store_response'), params);
        if (!stored) return null;
        await execute(trx, sql('close_after_success'), { ...account });
        const day = skippedDayOf(run, fetched);
        const { source, currencies } = run;
        if (day !== null) await execute(trx, sql('file_day_catch_up'), { source, currencies, day });
        return stored;
      });
    },

    /** Ends a round of fetches that brought nothing: the run is retried later, or has failed. */
    async fetchFailed(run: Run, ended: FetchFailure): Promise<void> {
      const { failure, isBilled, retryInSeconds, breaker } = ended;
      await db.transaction(async (trx) => {
        const opened = breaker && (await openBreaker(trx, { ...account, ...breaker, failure }));
        await execute(trx, sql('end_fetch'), {
          ...leaseOf(run),
          ...failureParams(failure),
          isBilled,
          state: retryInSeconds === null ? 'failed' : 'retrying',
          retryInSeconds: retryInSeconds ?? 0,
          waitUntil: opened?.next_call_at ?? null,
          blockedCredentials: opened && retryInSeconds !== null ? account.credentials : null,
        });
      });
    },

    /** The stream has acknowledged every event of the run. */
    async published(run: Run, to: readonly PublishedTo[]): Promise<void> {
      await execute(db, sql('mark_published'), { ...leaseOf(run), to: JSON.stringify(to) });
    },

    /** The stream is unavailable: the stored response is published later, without a call. */
    async publishFailed(run: Run, failure: Failure): Promise<void> {
      const params = { ...leaseOf(run), ...failureParams(failure) };
      await execute(db, sql('delay_publish'), { ...params, retryInSeconds: PUBLISH_RETRY_SECONDS });
    },

    /** Ends a run after a bug. Its possible cost stays counted, and it is never fetched again. */
    async failRun(run: Run, failure: Failure): Promise<void> {
      await execute(db, sql('fail_run'), { ...leaseOf(run), ...failureParams(failure) });
    },
  };
}

const leaseOf = ({ run_id: runId, fence }: Run) => ({ runId, fence });

/**
 * The UTC day of a slot that was claimed before midnight and answered after it: all rates that came
 * are of a later day, so the slot's own day is caught up with from history.
 */
function skippedDayOf(run: Run, { observedFrom }: FetchedResponse): string | null {
  if (run.slot === null || run.first_day !== null) return null;
  const day = new Date(run.slot).toISOString().slice(0, 10);
  return observedFrom.slice(0, 10) > day ? day : null;
}
