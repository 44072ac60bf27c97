import type { Database } from '../platform/database.ts';
import { type Breaker, breakerOf } from './breaker.ts';
import type { Account } from './credentials.ts';
import { type Quota, quotaOf } from './quota.ts';
import type { Run, Source } from './run.ts';

/** A slot, or a row of many skipped ones, and what came of it. Instants are ISO 8601 in UTC. */
export interface SlotState {
  readonly run_id: string;
  readonly slot: string;
  /** The last slot that the row stands for; null for a row of one slot. */
  readonly to: string | null;
  readonly count: number;
  readonly state: Run['state'];
  readonly missing: readonly string[];
  readonly reason: string | null;
}

export interface OpenRun {
  readonly run_id: string;
  readonly trigger: Run['trigger'];
  readonly slot: string | null;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly state: Run['state'];
  readonly attempts: number;
  readonly next_attempt_at: string;
  readonly error: string | null;
}

/** How the ledger of one source stands. Rates are counted as XE bills them: seven currencies in one call are seven. */
export interface LedgerStatus {
  readonly source: Source;
  /** The ledger's time. */
  readonly now: string;
  readonly last_slot: SlotState | null;
  /** The newest day that has rates, and of how many currencies. */
  readonly newest: {
    readonly rate_date: string;
    readonly currencies: number;
    readonly fetched_at: string;
  } | null;
  /** Slots of the last seven days that failed, were skipped, or are late, newest first, at most 20. */
  readonly troubled_slots: readonly SlotState[];
  /** Runs that have not ended, oldest first, at most 20; `open_count` is how many there are. */
  readonly open_runs: readonly OpenRun[];
  readonly open_count: number;
  readonly spent_today: number;
  readonly daily_budget: number;
  readonly quota: Quota | null;
  readonly breaker: Breaker | null;
  /** Runs of the newest backfill by how they stand, or null when none was ever asked for. */
  readonly backfill: {
    readonly runs: number;
    readonly confirmed: number;
    readonly failed: number;
    readonly cost: number;
  } | null;
}

/** Reads the ledger for a person: the last slot, what went wrong of late, what is open, what was spent and what is left. */
export async function ledgerStatus(
  db: Database,
  { source, credentials, dailyBudget }: Account & { dailyBudget: number },
): Promise<LedgerStatus> {
  const ask = async (sql: string) => (await db.raw(sql, { source })).rows;
  const [clock, newest, slots, troubled, open, backfills, quota, breaker] = await Promise.all([
    ask(`select ledger_now() as now,
                (select coalesce(sum(cost), 0)::int from runs where source = :source and cost > 0 and trigger <> 'backfill'
                 and cost_at >= date_trunc('day', ledger_now(), 'UTC')) as spent_today,
                (select count(*)::int from runs where source = :source and ${OPEN}) as open_count`),
    ask(`select rate_date, count(*)::int as currencies, max(fetched_at) as fetched_at from rates
         where rate_date = (select max(rate_date) from rates) group by rate_date`),
    ask(
      `select ${SLOT} from runs where source = :source and slot is not null order by slot desc limit 1`,
    ),
    ask(`select ${SLOT} from runs
         where source = :source and slot is not null and coalesce(skipped_to, slot) >= ledger_now() - interval '7 days'
           and (state in ('failed', 'skipped') or state <> 'confirmed' and error is not null)
         order by slot desc limit 20`),
    ask(`select run_id, trigger, slot, first_day, last_day, state, attempts, next_attempt_at, error from runs
         where source = :source and ${OPEN} order by asked_at, run_id limit 20`),
    ask(`select count(*)::int as runs, count(*) filter (where state = 'confirmed')::int as confirmed,
                count(*) filter (where state in ('failed', 'skipped'))::int as failed, coalesce(sum(cost), 0)::int as cost
         from runs where backfill_id = (select backfill_id from backfills where source = :source order by asked_at desc limit 1)
         having count(*) > 0`),
    quotaOf(db, { source, credentials }),
    breakerOf(db, { source, credentials }),
  ]);
  return {
    source,
    ...clock[0],
    daily_budget: dailyBudget,
    newest: newest[0] ?? null,
    last_slot: slots[0] ?? null,
    troubled_slots: troubled,
    open_runs: open,
    quota,
    breaker,
    backfill: backfills[0] ?? null,
  };
}

const OPEN = `state in ('due', 'claimed', 'fetched', 'published', 'retrying')`;
const SLOT = `run_id, slot, skipped_to as "to", coalesce(skipped_count, 1) as count, state, missing, error as reason`;
