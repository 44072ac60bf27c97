import type { Database } from '../platform/database.ts';
import { query, queryOne, queryRow, sqlFile } from '../platform/sql.ts';
import { type Breaker, breakerOf } from './breaker.ts';
import type { Account } from './credentials.ts';
import { type Quota, quotaOf } from './quota.ts';
import type { Run, Source } from './run.ts';

/** A slot, or a row of many skipped ones, and its result. Instants are ISO 8601 in UTC. */
export interface SlotState {
  readonly run_id: string;
  readonly slot: string;
  /** The last slot of a row of several; null for a row of one slot. */
  readonly to: string | null;
  readonly count: number;
  readonly state: Run['state'];
  readonly missing: readonly string[];
  readonly reason: string | null;
  /** `reason` for programs; null where none is known. */
  readonly failure_code: string | null;
  readonly failure_detail: Readonly<Record<string, unknown>> | null;
  /** What a confirmed run brought: ok, partial or no_newer_rate. */
  readonly outcome: string | null;
}

/** Budget, quota and circuit breaker of a provider, counted in what it bills. */
export interface ProviderStatus {
  readonly source: Source;
  /** How people name the source. */
  readonly title: string;
  readonly bills: 'rates' | 'calls';
  readonly spent_today: number;
  readonly daily_budget: number;
  readonly quota: Quota | null;
  readonly breaker: Breaker | null;
}

/** An account of a provider of PROVIDERS. */
export interface ProviderAccount extends Account, Pick<ProviderStatus, 'title' | 'bills'> {
  readonly dailyBudget: number;
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
  readonly failure_code: string | null;
  readonly failure_detail: Readonly<Record<string, unknown>> | null;
}

/** State of the ledger of one source. Costs are in what it bills. */
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
  /** Failed, skipped and late slots of the last seven days, newest first, at most 20. */
  readonly troubled_slots: readonly SlotState[];
  /** Runs that have not ended, oldest first, at most 20; `open_count` counts all. */
  readonly open_runs: readonly OpenRun[];
  readonly open_count: number;
  readonly spent_today: number;
  readonly daily_budget: number;
  readonly quota: Quota | null;
  readonly breaker: Breaker | null;
  /** Runs of the newest backfill by state, or null when none was requested. */
  readonly backfill: {
    readonly runs: number;
    readonly confirmed: number;
    readonly failed: number;
    readonly cost: number;
  } | null;
}

const STATUS = sqlFile(import.meta.url, 'sql/status.sql');
const LAST_SLOT = sqlFile(import.meta.url, 'sql/last_slot.sql');
const SLOTS_IN_TROUBLE = sqlFile(import.meta.url, 'sql/slots_in_trouble.sql');
const OPEN_RUNS = sqlFile(import.meta.url, 'sql/open_runs.sql');
const NEWEST_BACKFILL = sqlFile(import.meta.url, 'sql/newest_backfill.sql');
const FAILING_SINCE = sqlFile(import.meta.url, 'sql/failing_since.sql');
const NEWEST_DAY = `
  select rate_date, count(*)::int as currencies, max(fetched_at) as fetched_at
  from rates
  where rate_date = (select max(rate_date) from rates)
  group by rate_date`;

/** The first slot that brought nothing since the last one that did; null when the last one did. */
export async function failingSince(db: Database, source: Source): Promise<string | null> {
  return (await queryRow<{ since: string | null }>(db, FAILING_SINCE, { source })).since;
}

/** Reads budget, quota and circuit breaker of each provider. */
export function providerStatus(
  db: Database,
  accounts: readonly ProviderAccount[],
): Promise<ProviderStatus[]> {
  return Promise.all(
    accounts.map(async ({ title, bills, dailyBudget: daily_budget, ...account }) => {
      const [{ spent_today }, quota, breaker] = await Promise.all([
        queryRow<{ spent_today: number }>(db, STATUS, { source: account.source }),
        quotaOf(db, account),
        breakerOf(db, account),
      ]);
      return { source: account.source, title, bills, spent_today, daily_budget, quota, breaker };
    }),
  );
}

/** Reads the state of the ledger: the last slot, recent failures, open runs, budget and quota. */
export async function ledgerStatus(
  db: Database,
  { source, credentials, dailyBudget }: Account & { dailyBudget: number },
): Promise<LedgerStatus> {
  type Totals = Pick<LedgerStatus, 'now' | 'spent_today' | 'open_count'>;
  const [totals, newest, last_slot, troubled_slots, open_runs, backfill, quota, breaker] =
    await Promise.all([
      queryRow<Totals>(db, STATUS, { source }),
      queryOne<NonNullable<LedgerStatus['newest']>>(db, NEWEST_DAY),
      queryOne<SlotState>(db, LAST_SLOT, { source }),
      query<SlotState>(db, SLOTS_IN_TROUBLE, { source }),
      query<OpenRun>(db, OPEN_RUNS, { source }),
      queryOne<NonNullable<LedgerStatus['backfill']>>(db, NEWEST_BACKFILL, { source }),
      quotaOf(db, { source, credentials }),
      breakerOf(db, { source, credentials }),
    ]);
  return {
    source,
    ...totals,
    daily_budget: dailyBudget,
    newest,
    last_slot,
    troubled_slots,
    open_runs,
    quota,
    breaker,
    backfill,
  };
}
