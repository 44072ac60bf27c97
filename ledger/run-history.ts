import type { Database } from '../platform/database.ts';
import { query, queryOne, sqlFile } from '../platform/sql.ts';
import type { Run, Source } from './run.ts';

/** A run without its response, for lists. Instants are ISO 8601 in UTC, costs are rates. */
export interface RunSummary {
  readonly run_id: string;
  readonly source: Source;
  readonly answered_by: Source | null;
  readonly trigger: Run['trigger'];
  readonly slot: string | null;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly state: Run['state'];
  /** True for a confirmed run without all its currencies; `missing` lists the others. */
  readonly partial: boolean;
  readonly missing: readonly string[];
  readonly currencies: readonly string[];
  /** Why it failed, was skipped, waits or is retried; null when nothing went wrong. */
  readonly reason: string | null;
  /** `reason` for programs, with the numbers that belong to it. */
  readonly failure_code: string | null;
  readonly failure_detail: Readonly<Record<string, unknown>> | null;
  /** What a confirmed run brought: ok, partial or no_newer_rate. */
  readonly outcome: string | null;
  readonly dead_letter_id: string | null;
  readonly attempts: number;
  readonly publishes: number;
  /** Null where the request may not see it. */
  readonly cost: number | null;
  readonly package: string | null;
  readonly asked_at: string;
  readonly next_attempt_at: string | null;
  readonly claimed_at: string | null;
  readonly fetched_at: string | null;
  readonly published_at: string | null;
  readonly ended_at: string | null;
  readonly skipped_to: string | null;
  readonly skipped_count: number | null;
}

/** A run with everything that is stored of it: `answer` is the response, byte for byte. */
export interface RunDetail extends RunSummary {
  readonly answer: string | null;
  readonly quota: Readonly<Record<string, string>> | null;
  readonly event_ids: readonly string[] | null;
  readonly published_to: readonly { partition: number; first: string; last: string }[] | null;
}

/** The last run of the page before. */
export type RunKey = Pick<RunSummary, 'asked_at' | 'run_id'>;

const LIST_RUNS = sqlFile(import.meta.url, 'sql/list_runs.sql');
const FIND_RUN = sqlFile(import.meta.url, 'sql/find_run.sql');

/** Runs, newest first, of one source or of all, starting after the run `after`. */
export function listRuns(
  db: Database,
  { limit, after, source }: { limit: number; after?: RunKey; source?: Source },
): Promise<RunSummary[]> {
  return query<RunSummary>(db, LIST_RUNS, {
    limit,
    source: source ?? null,
    askedAt: after?.asked_at ?? null,
    runId: after?.run_id ?? null,
  });
}

/** One run with its response, or null when there is no such run. `runId` is a UUID. */
export function findRun(db: Database, runId: string): Promise<RunDetail | null> {
  return queryOne<RunDetail>(db, FIND_RUN, { runId });
}
