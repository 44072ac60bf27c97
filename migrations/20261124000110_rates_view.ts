import type { Knex } from 'knex';

/**
 * What every reader reads. The first real rate hides all simulated ones, the inverse is derived here and nowhere else
 * (a bare 1 / mid would keep only 16 digits), and a jump of more than a fifth against the day before is flagged, never refused.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create view rates as
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

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop view rates');
}
