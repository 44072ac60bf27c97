import type { Database } from '../platform/database.ts';
import { execute, query, queryOne, queryRow, sqlFolder } from '../platform/sql.ts';
import type { Source } from './run.ts';

/** Consecutive past days, YYYY-MM-DD, both included. */
export interface DayRange {
  readonly first: string;
  readonly last: string;
}

/** What one call fetches: the same currencies for consecutive days. */
export interface Page extends DayRange {
  readonly currencies: readonly string[];
}

export interface BackfillPlan {
  readonly pages: readonly Page[];
  /**
   * Days on which a currency's stored rate is newer than history: a fetch would change nothing.
   */
  readonly daysWithLaterRates: number;
}

export interface BackfillProgress {
  readonly pages: number;
  readonly open: number;
  readonly confirmed: number;
  readonly failed: number;
  readonly cost: number;
  /** Currencies that the provider returned no rate for on some of the days. */
  readonly missing: readonly string[];
  /** Why a page failed, if any did. */
  readonly reason: string | null;
}

interface PlannedPage extends Page {
  readonly later_days: number;
}

const sql = sqlFolder(import.meta.url);

/** Small: little is lost when a producer dies. */
const DAYS_PER_PAGE = 50;

/**
 * Plans a backfill: the pairs of day and currency from `first` to `last` that are worth buying, in
 * pages of one call each. With `missing`, only pairs without a rate. Left out are pairs that an
 * unfinished backfill will bring and pairs whose stored rate is newer than history.
 */
export async function planBackfill(
  db: Database,
  plan: {
    source: Source;
    currencies: readonly string[];
    missing: boolean;
    /** How many days of history one call may return. */
    daysPerCall?: number;
  } & Partial<DayRange>,
): Promise<BackfillPlan> {
  const rows = await query<PlannedPage>(db, sql('plan_backfill'), {
    source: plan.source,
    currencies: plan.currencies,
    missing: plan.missing,
    first: plan.first ?? null,
    last: plan.last ?? null,
    daysPerPage: plan.daysPerCall ?? DAYS_PER_PAGE,
  });
  const pages = rows.flatMap(({ first, last, currencies }) =>
    currencies.length > 0 ? [{ first, last, currencies }] : [],
  );
  return { pages, daysWithLaterRates: rows.reduce((sum, row) => sum + row.later_days, 0) };
}

/** What pages cost: each currency and day, or each day. */
export function costOf(pages: readonly Page[], bills: 'rates' | 'calls' = 'rates'): number {
  const perDay = ({ currencies }: Page) => (bills === 'calls' ? 1 : currencies.length);
  return pages.reduce((sum, page) => sum + dayCount(page) * perDay(page), 0);
}

/** How many days there are from the first to the last, both included. */
export function dayCount({ first, last }: DayRange): number {
  return (Date.parse(last) - Date.parse(first)) / 86_400_000 + 1;
}

/**
 * Files a backfill with a run for each page, limited to the cost of its pages. Any producer
 * executes them after all other work. The history of a first start is filed once: false when it
 * was before.
 */
export function fileBackfill(
  db: Database,
  backfill: {
    source: Source;
    bills?: 'rates' | 'calls';
    pages: readonly Page[];
    firstStart?: boolean;
  },
): Promise<boolean> {
  const { source, bills, pages, firstStart = false } = backfill;
  return db.transaction(async (trx) => {
    const params = { source, acceptedCost: costOf(pages, bills), firstStart };
    const filed = await queryOne<{ backfill_id: string }>(trx, sql('file_backfill'), params);
    if (!filed) return false;
    const backfillId = filed.backfill_id;
    await execute(trx, sql('file_backfill_pages'), {
      source,
      backfillId,
      pages: JSON.stringify(pages),
    });
    return true;
  });
}

/**
 * What the open pages of unfinished backfills cost beyond the accepted cost: a page whose fetch was
 * interrupted may have been billed and is paid for again.
 */
export async function excessCost(db: Database, source: Source): Promise<number> {
  return (await queryRow<{ rates: number }>(db, sql('backfill_excess'), { source })).rates;
}

/** Raises the accepted cost of unfinished backfills to what they need. */
export async function acceptExcessCost(db: Database, source: Source): Promise<void> {
  await execute(db, sql('accept_backfill_excess'), { source });
}

/** Makes pages that wait for a retry due now, and forgets why they failed. */
export async function resumeBackfills(db: Database, source: Source): Promise<void> {
  await execute(db, sql('resume_backfills'), { source });
}

/** Progress of the backfills that were not finished at `since`, and of those filed after it. */
export function backfillProgress(
  db: Database,
  source: Source,
  since: string,
): Promise<BackfillProgress> {
  return queryRow<BackfillProgress>(db, sql('backfill_progress'), { source, since });
}

/** The last `days` days before today; null until the first slot has brought rates. */
export function historyDue(
  db: Database,
  { source, days }: { source: Source; days: number },
): Promise<DayRange | null> {
  return queryOne<DayRange>(db, sql('history_due'), { source, days });
}
