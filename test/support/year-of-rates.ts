import type { TestDatabase } from './database.ts';

/** Days before today that have rates, and those in the middle that KES and MAD lack. */
export const DAYS = 400;
export const GAP_DAYS = 15;

/** A rate for each currency and each of the last 400 days, in smooth waves, but for a gap of KES and MAD. */
export async function yearOfRates({ query }: Pick<TestDatabase, 'query'>): Promise<void> {
  await query(`
    with level(quote, mid) as (
      values ('NGN', 1543.21), ('GHS', 11.4), ('KES', 129.3), ('UGX', 3601.5), ('MAD', 9.31), ('XOF', 561.2), ('EGP', 48.6)
    )
    , made as (
      select gen_random_uuid() as event_id, gen_random_uuid()::text as run_id, quote, day,
             round(cast(mid * (1 + 0.05 * sin(n / 57 + ascii(quote)) + 0.006 * sin(n / 5.1 + ascii(right(quote, 1))) + 0.002 * cos(n * 2.1)) as numeric), 6) as mid
      from level
      cross join lateral (
        select cast(day as date) as day, extract(epoch from day) / 86400 as n
        from generate_series(current_date - ${DAYS}, current_date - 1, interval '1 day') day
      ) days
      where not (quote in ('KES', 'MAD') and day between current_date - 60 and current_date - ${61 - GAP_DAYS})
    )
    , stored as (
      insert into rate_observations (event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
      select event_id, run_id, 'simulator', 'USD', quote, mid, day + time '23:00', day + time '23:00:02' from made
    )
    insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at, event_id)
    select day, 'USD', quote, 'simulator', mid, day + time '23:00', day + time '23:00:02', event_id from made`);
}
