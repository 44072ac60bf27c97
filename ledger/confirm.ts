import type { Database } from '../platform/database.ts';
import { execute, query, sqlFolder } from '../platform/sql.ts';
import { type Failure, failureParams } from './failure.ts';
import type { Run, Source } from './run.ts';

/** Publishes without effect after which publishing once more will not help. */
const MAX_PUBLISHES = 6;
/** While the consumer is behind, the rows are checked again after this. */
const RECHECK_SECONDS = 60;
/** Manual runs expire if no producer claims them in time. */
const EXPIRE_MINUTES = 10;

const sql = sqlFolder(import.meta.url);

export type UnconfirmedRun = Pick<Run, 'run_id' | 'published_to'> & { readonly publishes: number };

/** What became of a published run's events so far. */
export interface PublishedFacts {
  readonly run_id: string;
  readonly state: 'published' | 'failed';
  readonly missing: readonly string[];
  readonly events: number;
  readonly stored: number;
  /** Of the stored ones: simulated rates that real ones hide, and rates that are news. */
  readonly hidden: number;
  readonly newer: number;
  readonly dead_letter_id: string | null;
}

interface Conclusion {
  readonly state: 'confirmed' | 'failed';
  readonly outcome: Run['outcome'];
  readonly failure: Failure | null;
}

/**
 * Ends published runs whose events can all be read back from the table, and those that have an
 * event among the open dead letters. Such a run is confirmed once its dead letter is redriven.
 */
export async function confirmPublished(db: Database, source: Source): Promise<void> {
  await db.transaction(async (trx) => {
    for (const facts of await query<PublishedFacts>(trx, sql('published_runs'), { source })) {
      const conclusion = conclude(facts);
      if (!conclusion) continue;
      const { state, outcome, failure } = conclusion;
      const deadLetterId = state === 'failed' ? facts.dead_letter_id : null;
      const params = { state, outcome, deadLetterId, ...failureParams(failure) };
      await execute(trx, sql('conclude_run'), { runId: facts.run_id, ...params });
    }
  });
}

/** Decides how a published run ends; null while its rows are still to come. */
export function conclude(facts: PublishedFacts): Conclusion | null {
  if (facts.stored >= facts.events) {
    if (facts.newer > 0) {
      const outcome = facts.missing.length > 0 ? 'partial' : 'ok';
      return { state: 'confirmed', outcome, failure: null };
    }
    const code = facts.hidden > 0 ? 'rates_hidden' : 'no_newer_rate';
    return { state: 'confirmed', outcome: 'no_newer_rate', failure: { code } };
  }
  const { dead_letter_id } = facts;
  if (facts.state !== 'published' || dead_letter_id === null) return null;
  return {
    state: 'failed',
    outcome: null,
    failure: { code: 'dead_letter', detail: { dead_letter_id } },
  };
}

/** Published runs whose rows should be there by now. */
export function unconfirmedRuns(db: Database, source: Source): Promise<UnconfirmedRun[]> {
  return query<UnconfirmedRun>(db, sql('unconfirmed_runs'), { source });
}

/** The rows are still to come; `lag` is how many events the consumer is behind, if known. */
export async function waitForConsumer(
  db: Database,
  runId: string,
  lag: bigint | null,
): Promise<void> {
  const detail = lag === null ? {} : { lag: String(lag) };
  const params = failureParams({ code: 'consumer_behind', detail });
  await execute(db, sql('delay_recheck'), { runId, ...params, recheckSeconds: RECHECK_SECONDS });
}

/**
 * The events are gone from the stream or became no rows: publishes the response again, or fails.
 */
export async function publishAgain(
  db: Database,
  { run_id: runId, publishes }: UnconfirmedRun,
): Promise<void> {
  const isLast = publishes >= MAX_PUBLISHES;
  const failure: Failure = isLast
    ? { code: 'never_stored', detail: { publishes } }
    : { code: 'republishing' };
  const state = isLast ? 'failed' : 'fetched';
  await execute(db, sql('publish_again'), { runId, state, ...failureParams(failure) });
}

/** Ends manual runs that no producer claimed in time, so that the next one is a run of its own. */
export async function expireManualRuns(db: Database, source: Source): Promise<void> {
  const failure: Failure = { code: 'expired', detail: { minutes: EXPIRE_MINUTES } };
  await execute(db, sql('expire_manual_runs'), {
    source,
    minutes: EXPIRE_MINUTES,
    ...failureParams(failure),
  });
}
