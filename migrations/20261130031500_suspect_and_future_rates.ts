import type { Knex } from 'knex';

/**
 * The view that every reader of rates uses. Besides hiding simulated rates behind the first real one:
 * - `suspect` compares with the last known rate of the seven days before, so that a missing day
 *   does not hide a jump;
 * - a rate dated more than a day ahead is hidden, so that it can never be the latest one.
 * `suspect` is a scalar subquery: it costs nothing where a reader does not select it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace view rates as
    select d.rate_date, d.base_currency, d.quote_currency, d.source, d.mid,
           round(1.000000000000000000000000000000 / d.mid, 18) as inverse,
           d.observed_at, d.fetched_at, d.event_id,
           coalesce((
             select abs(d.mid - earlier.mid) > 0.2 * earlier.mid
             from daily_rates earlier
             where earlier.base_currency = d.base_currency
               and earlier.quote_currency = d.quote_currency
               and earlier.source = d.source
               and earlier.rate_date between d.rate_date - 7 and d.rate_date - 1
             order by earlier.rate_date desc
             limit 1
           ), false) as suspect
    from daily_rates d
    where (d.source = 'xe' or not exists (select from daily_rates real where real.source = 'xe'))
      and d.rate_date <= (select (ledger_now() at time zone 'UTC')::date + 1);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace view rates as
    select d.rate_date, d.base_currency, d.quote_currency, d.source, d.mid,
           round(1.000000000000000000000000000000 / d.mid, 18) as inverse,
           d.observed_at, d.fetched_at, d.event_id,
           coalesce(abs(d.mid - before.mid) > 0.2 * before.mid, false) as suspect
    from daily_rates d
    left join daily_rates before
      on before.base_currency = d.base_currency and before.quote_currency = d.quote_currency
     and before.rate_date = d.rate_date - 1 and before.source = d.source
    where d.source = 'xe' or not exists (select from daily_rates real where real.source = 'xe');
  `);
}
