import type { TestDatabase } from './database.ts';

/** Days before today that have rates, and those in the middle that KES and MAD lack. */
export const DAYS = 400;
export const GAP_DAYS = 15;

/** A rate of each of the 400 days before today for each currency that has one of today, in smooth waves, but for a gap of KES and MAD. */
export async function yearOfRates({ query }: Pick<TestDatabase, 'query'>): Promise<void> {
  await query(`
    with level as (
      select quote_currency as quote, mid, extract(epoch from current_date) / 86400 as today from daily_rates where rate_date = current_date
    )
    , wave as (
      select quote, mid, day, 1 + 0.05 * sin(n / 57 + ascii(quote)) + 0.006 * sin(n / 5.1 + ascii(right(quote, 1))) as height,
             1 + 0.05 * sin(today / 57 + ascii(quote)) + 0.006 * sin(today / 5.1 + ascii(right(quote, 1))) as now
      from level
      cross join lateral (
        select cast(day as date) as day, extract(epoch from day) / 86400 as n
        from generate_series(current_date - ${DAYS}, current_date - 1, interval '1 day') day
      ) days
    )
    , made as (
      select gen_random_uuid() as event_id, gen_random_uuid()::text as run_id, quote, day,
             round(cast(mid * height / now as numeric), 6) as mid
      from wave
      where not (quote in ('KES', 'MAD') and day between current_date - 60 and current_date - ${61 - GAP_DAYS})
    )
    , stored as (
      insert into rate_observations (event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
      select event_id, run_id, 'simulator', 'USD', quote, mid, day + time '23:00', day + time '23:00:02' from made
    )
    insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at, event_id)
    select day, 'USD', quote, 'simulator', mid, day + time '23:00', day + time '23:00:02', event_id from made`);
}
