import type { Database } from '../platform/database.ts';
import { query, queryOne, queryRow, sqlFolder } from '../platform/sql.ts';
import { type Breaker, breakerOf } from './breaker.ts';
import type { Account } from './credentials.ts';
import { type Quota, quotaOf } from './quota.ts';
import type { Run, Source } from './run.ts';

/** A slot, or a row of many skipped ones, and its result. Instants are ISO 8601 in UTC. */
export interface SlotState
  extends Pick<
    Run,
    'run_id' | 'state' | 'missing' | 'failure_code' | 'failure_detail' | 'outcome'
  > {
  readonly slot: string;
  /** The last slot of a row of several; null for a row of one slot. */
  readonly to: string | null;
  readonly count: number;
  /** `failure_code` as a sentence. */
  readonly reason: string | null;
}

/** Budget, quota and circuit breaker of an account, counted in what its provider bills. */
interface AccountStatus {
  readonly source: Source;
  readonly spent_today: number;
  readonly daily_budget: number;
  readonly quota: Quota | null;
  readonly breaker: Breaker | null;
}

export interface ProviderStatus extends AccountStatus {
  /** How people name the source. */
  readonly title: string;
  readonly bills: 'rates' | 'calls';
}

/** An account of a provider of PROVIDERS. */
export interface ProviderAccount extends Account, Pick<ProviderStatus, 'title' | 'bills'> {
  readonly dailyBudget: number;
}

export type OpenRun = Pick<
  Run,
  | 'run_id'
  | 'trigger'
  | 'slot'
  | 'first_day'
  | 'last_day'
  | 'state'
  | 'attempts'
  | 'next_attempt_at'
  | 'error'
  | 'failure_code'
  | 'failure_detail'
>;

/** State of the ledger of one source. Costs are in what it bills. */
export interface LedgerStatus extends AccountStatus {
  /** The ledger's time. */
  readonly now: string;
  readonly last_slot: SlotState | null;
  /** The newest day that has rates, and of how many currencies. */
  readonly newest: {
    readonly rate_date: string;
    readonly currencies: number;
    readonly fetched_at: string;
  } | null;
  /** Failed, skipped and late slots of the last seven days, newest first, at most 20. */
  readonly troubled_slots: readonly SlotState[];
  /**
   * Runs that have not ended, oldest first, at most 20, the failing one that matters most among
   * them; `open_count` counts all.
   */
  readonly open_runs: readonly OpenRun[];
  readonly open_count: number;
  /** Runs of the newest backfill by state, or null when none was requested. */
  readonly backfill: {
    readonly runs: number;
    readonly confirmed: number;
    readonly failed: number;
    readonly cost: number;
  } | null;
}

const sql = sqlFolder(import.meta.url);
const NEWEST_DAY = `
  select rate_date, count(*)::int as currencies, max(fetched_at) as fetched_at
  from rates
  where rate_date = (select max(rate_date) from rates)
  group by rate_date`;

/** The first slot that brought nothing since the last one that did; null when the last one did. */
export async function failingSince(db: Database, source: Source): Promise<string | null> {
  return (await queryRow<{ since: string | null }>(db, sql('failing_since'), { source })).since;
}

/** Reads budget, quota and circuit breaker of each provider. */
export function providerStatus(
  db: Database,
  accounts: readonly ProviderAccount[],
): Promise<ProviderStatus[]> {
  return Promise.all(
    accounts.map(async ({ title, bills, ...account }) => {
      const { now: _now, open_count: _openCount, ...status } = await accountStatus(db, account);
      return { ...status, title, bills };
    }),
  );
}

/** Reads the state of the ledger: the last slot, recent failures, open runs, budget and quota. */
export async function ledgerStatus(
  db: Database,
  account: Account & { dailyBudget: number },
): Promise<LedgerStatus> {
  const { source } = account;
  const [status, newest, last_slot, troubled_slots, open_runs, backfill] = await Promise.all([
    accountStatus(db, account),
    queryOne<NonNullable<LedgerStatus['newest']>>(db, NEWEST_DAY),
    queryOne<SlotState>(db, sql('last_slot'), { source }),
    query<SlotState>(db, sql('slots_in_trouble'), { source }),
    query<OpenRun>(db, sql('open_runs'), { source }),
    queryOne<NonNullable<LedgerStatus['backfill']>>(db, sql('newest_backfill'), { source }),
  ]);
  return { ...status, newest, last_slot, troubled_slots, open_runs, backfill };
}

async function accountStatus(
  db: Database,
  { dailyBudget: daily_budget, ...account }: Account & { dailyBudget: number },
) {
  const { source } = account;
  type Totals = Pick<LedgerStatus, 'now' | 'spent_today' | 'open_count'>;
  const [totals, quota, breaker] = await Promise.all([
    queryRow<Totals>(db, sql('status'), { source }),
    quotaOf(db, account),
    breakerOf(db, account),
  ]);
  return { source, ...totals, daily_budget, quota, breaker };
}
