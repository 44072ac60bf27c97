import type { Database } from '../platform/database.ts';
import type { Run, Source } from './run.ts';

/** A run without its answer, as a list shows it. Instants are ISO 8601 in UTC, days YYYY-MM-DD, counts of rates as XE bills them. */
export interface RunSummary {
  readonly run_id: string;
  readonly source: Source;
  readonly answered_by: Source | null;
  readonly trigger: Run['trigger'];
  readonly slot: string | null;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly state: Run['state'];
  /** True for a confirmed run that XE had not every currency for: `missing` names them. */
  readonly partial: boolean;
  readonly missing: readonly string[];
  readonly currencies: readonly string[];
  /** Why it failed, was skipped, waits or is tried again; null when all went well. */
  readonly reason: string | null;
  readonly attempts: number;
  readonly publishes: number;
  readonly cost: number;
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

/** A run with all that is known of it: `answer` is what XE sent, byte for byte. */
export interface RunDetail extends RunSummary {
  readonly answer: string | null;
  readonly quota: Readonly<Record<string, string>> | null;
  readonly event_ids: readonly string[] | null;
  readonly published_to: readonly { partition: number; first: string; last: string }[] | null;
}

/** The run after which a page goes on: the last one of the page before. */
export type RunKey = Pick<RunSummary, 'asked_at' | 'run_id'>;

/** Runs, newest first, of one source or of all; `after` is the last one of the page before. */
export async function listRuns(
  db: Database,
  { limit, after, source }: { limit: number; after?: RunKey; source?: Source },
): Promise<RunSummary[]> {
  const { rows } = await db.raw(
    `select ${SUMMARY} from runs
     where (:source::text is null or source = :source)
       and (:askedAt::timestamptz is null or (asked_at, run_id) < (:askedAt::timestamptz, :runId::uuid))
     order by asked_at desc, run_id desc limit :limit`,
    {
      limit,
      source: source ?? null,
      askedAt: after?.asked_at ?? null,
      runId: after?.run_id ?? null,
    } as never,
  );
  return rows;
}

/** One run with its answer, or null when there is no such run. `runId` is a UUID. */
export async function findRun(db: Database, runId: string): Promise<RunDetail | null> {
  const { rows } = await db.raw(
    `select ${SUMMARY}, response_body as answer, quota, event_ids, published_to from runs where run_id = ?`,
    [runId],
  );
  return rows[0] ?? null;
}

const SUMMARY = `run_id, source, answered_by, trigger, slot, first_day, last_day, state,
  state = 'confirmed' and cardinality(missing) > 0 as partial, missing, currencies, error as reason, attempts, publishes, cost, package,
  asked_at, 
  case when state in ('due', 'retrying') then next_attempt_at end as next_attempt_at, claimed_at, fetched_at, published_at, ended_at,
  skipped_to, skipped_count`;
