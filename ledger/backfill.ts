import type { Database } from '../platform/database.ts';
import { PRICE } from './claim.ts';
import type { Source } from './run.ts';

/** Past days in a row, YYYY-MM-DD, both included. */
export interface DayRange {
  readonly first: string;
  readonly last: string;
}

export interface BackfillProgress {
  readonly pages: number;
  readonly open: number;
  readonly confirmed: number;
  readonly failed: number;
  readonly cost: number;
  /** Currencies that XE had no rate of on some of the days. */
  readonly missing: readonly string[];
  /** Why a page failed, if any did. */
  readonly reason: string | null;
}

/** Days that one call asks for: few enough for any page limit of XE, and for a kill to cost little. */
const DAYS_A_PAGE = 50;

/**
 * The days from `first` to `last` that are over by the ledger's clock, in runs of one page each. With `missing` only those that have no
 * rate of some currency; a day that a page of an unfinished backfill will bring is left out, so that nothing is paid for twice.
 */
export async function daysToFill(
  db: Database,
  {
    source,
    currencies,
    first,
    last,
    missing,
  }: { source: Source; currencies: readonly string[]; missing: boolean } & Partial<DayRange>,
): Promise<DayRange[]> {
  const { rows } = await db.raw(
    `with wanted as (
       select day::date as day from generate_series(
         coalesce(:first::date, (select min(rate_date) from daily_rates where :source = 'simulator' or source = 'xe')),
         least(:last::date, (ledger_now() at time zone 'UTC')::date - 1), interval '1 day') as day
     ), lacking as (
       select day from wanted w
       where not exists (select from runs r where r.source = :source and r.trigger = 'backfill'
                         and r.state in ('due', 'claimed', 'fetched', 'published', 'retrying') and w.day between r.first_day and r.last_day)
         and (not :missing or (select count(*) from daily_rates d where d.rate_date = w.day and d.base_currency = 'USD'
                               and d.quote_currency = any(:currencies) and (:source = 'simulator' or d.source = 'xe')) < cardinality(:currencies::text[]))
     ), stretches as (
       select day, day - (row_number() over (order by day))::int as stretch from lacking
     ), pages as (
       select day, stretch, (row_number() over (partition by stretch order by day) - 1) / :page::int as page from stretches
     )
     select min(day) as first, max(day) as last from pages group by stretch, page order by 1`,
    {
      source,
      currencies,
      first: first ?? null,
      last: last ?? null,
      missing,
      page: DAYS_A_PAGE,
    } as never,
  );
  return rows;
}

/** What the days cost: a rate for each currency and day, as XE bills them. */
export function costOf(pages: readonly DayRange[], currencies: readonly string[]): number {
  return pages.reduce((sum, page) => sum + dayCount(page), 0) * currencies.length;
}

/** How many days there are from the first to the last, both included. */
export function dayCount({ first, last }: DayRange): number {
  return (Date.parse(last) - Date.parse(first)) / 86_400_000 + 1;
}

/**
 * Files a backfill and a run for each page of days; they may cost what the days cost and no more. Any producer takes them, after
 * whatever else is due. The history of a first start is filed once: false when it has been before.
 */
export async function fileBackfill(
  db: Database,
  backfill: {
    source: Source;
    currencies: readonly string[];
    pages: readonly DayRange[];
    firstStart?: boolean;
  },
): Promise<boolean> {
  const { source, currencies, pages, firstStart = false } = backfill;
  return db.transaction(async (trx) => {
    const { rows } = await trx.raw(
      `insert into backfills (source, accepted_cost, first_start) values (?, ?, ?) on conflict do nothing returning backfill_id`,
      [source, costOf(pages, currencies), firstStart],
    );
    if (!rows[0]) return false;
    await trx.raw(
      `insert into runs (source, trigger, currencies, first_day, last_day, backfill_id)
       select :source, 'backfill', :currencies, first_day, last_day, :id
       from unnest(:firsts::date[], :lasts::date[]) as page (first_day, last_day)`,
      {
        source,
        currencies,
        id: rows[0].backfill_id,
        firsts: pages.map(({ first }) => first),
        lasts: pages.map(({ last }) => last),
      } as never,
    );
    return true;
  });
}

/**
 * What the open pages of unfinished backfills cost beyond what was agreed to: a page that was being asked for when its producer died
 * may have been billed and is paid for again. A made-up history costs nobody anything.
 */
export async function costBeyondAgreed(db: Database, source: Source): Promise<number> {
  const { rows } = await db.raw(
    `select coalesce(sum(needed - accepted_cost), 0)::int as rates from (${NEEDED}) open where needed > accepted_cost`,
    [source],
  );
  return rows[0].rates;
}

/** A person has agreed to that too. */
export async function acceptCostBeyond(db: Database, source: Source): Promise<void> {
  await db.raw(
    `update backfills f set accepted_cost = needed from (${NEEDED}) open where open.backfill_id = f.backfill_id and needed > f.accepted_cost`,
    [source],
  );
}

/** Somebody asks again: pages that wait for their next try are tried now, and what went wrong before is over. */
export async function resumeBackfills(db: Database, source: Source): Promise<void> {
  await db.raw(
    `update runs set next_attempt_at = ledger_now(), error = null, state = 'due' where source = ? and trigger = 'backfill' and state = 'retrying'`,
    [source],
  );
}

const NEEDED = `
  select backfill_id, accepted_cost, sum(cost) + sum(${PRICE}) filter (where state in ('due', 'claimed', 'retrying')) as needed
  from backfills join runs using (backfill_id)
  where backfills.source = ? and not first_start
  group by backfill_id, accepted_cost
  having bool_or(state in ('due', 'claimed', 'retrying'))`;

/** How the backfills that were not finished at `since`, and those filed after it, stand. */
export async function backfillProgress(
  db: Database,
  source: Source,
  since: string,
): Promise<BackfillProgress> {
  const { rows } = await db.raw(
    `with asked as (
       select * from runs where source = ? and trigger = 'backfill' and (ended_at is null or ended_at >= ? or state in ('due', 'retrying'))
     )
     select count(*)::int as pages, count(*) filter (where state in ('due', 'claimed', 'fetched', 'published', 'retrying'))::int as open,
            count(*) filter (where state = 'confirmed')::int as confirmed, count(*) filter (where state in ('failed', 'skipped'))::int as failed,
            coalesce(sum(cost), 0)::int as cost,
            array(select distinct code from asked cross join unnest(missing) code where state = 'confirmed' order by code) as missing,
            coalesce(max(error) filter (where state = 'failed'), max(error) filter (where state = 'retrying')) as reason
     from asked`,
    [source, since],
  );
  return rows[0];
}

/** Whether the first slot has brought rates and no history was made up yet. */
export async function wantsHistory(db: Database, source: Source): Promise<boolean> {
  const { rows } = await db.raw(
    `select from runs where source = :source and state = 'confirmed' and trigger <> 'backfill'
       and not exists (select from backfills where source = :source and first_start) limit 1`,
    { source },
  );
  return rows.length > 0;
}

/** The last `days` days before today by the ledger's clock. */
export async function daysBack(db: Database, days: number): Promise<DayRange> {
  const { rows } = await db.raw(
    `select today - ?::int as first, today - 1 as last from (select (ledger_now() at time zone 'UTC')::date as today) clock`,
    [days],
  );
  return rows[0];
}
