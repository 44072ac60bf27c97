import type { Database } from '../platform/database.ts';
import { query, queryOne, sqlFolder } from '../platform/sql.ts';
import type { Run, Source } from './run.ts';

/** The columns of a run that lists show as they are. */
type Listed =
  | 'run_id'
  | 'source'
  | 'answered_by'
  | 'trigger'
  | 'slot'
  | 'first_day'
  | 'last_day'
  | 'state'
  | 'missing'
  | 'currencies'
  | 'failure_code'
  | 'failure_detail'
  | 'outcome'
  | 'attempts'
  | 'asked_at'
  | 'claimed_at'
  | 'fetched_at'
  | 'published_at'
  | 'ended_at';

/** A run without its response, for lists. Instants are ISO 8601 in UTC, costs are rates. */
export interface RunSummary extends Pick<Run, Listed> {
  /** True for a confirmed run without all its currencies; `missing` lists the others. */
  readonly partial: boolean;
  /** Why it failed, was skipped, waits or is retried; null when nothing went wrong. */
  readonly reason: string | null;
  readonly dead_letter_id: string | null;
  readonly publishes: number;
  /** Null where the request may not see it. */
  readonly cost: number | null;
  readonly package: string | null;
  readonly next_attempt_at: string | null;
  readonly skipped_to: string | null;
  readonly skipped_count: number | null;
}

/** A run with everything that is stored of it: `answer` is the response, byte for byte. */
export interface RunDetail extends RunSummary {
  readonly answer: string | null;
  readonly quota: Readonly<Record<string, string>> | null;
  readonly event_ids: readonly string[] | null;
  readonly published_to: Run['published_to'];
}

/** The last run of the page before. */
export type RunKey = Pick<RunSummary, 'asked_at' | 'run_id'>;

const sql = sqlFolder(import.meta.url);

/** Runs, newest first, of one source or of all, starting after the run `after`. */
export function listRuns(
  db: Database,
  { limit, after, source }: { limit: number; after?: RunKey; source?: Source },
): Promise<RunSummary[]> {
  return query<RunSummary>(db, sql('list_runs'), {
    limit,
    source: source ?? null,
    askedAt: after?.asked_at ?? null,
    runId: after?.run_id ?? null,
  });
}

/** One run with its response, or null when there is no such run. `runId` is a UUID. */
export function findRun(db: Database, runId: string): Promise<RunDetail | null> {
  return queryOne<RunDetail>(db, sql('find_run'), { runId });
}
