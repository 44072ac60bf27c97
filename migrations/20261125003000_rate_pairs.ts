import type { Knex } from 'knex';

/**
 * Every pair that the rates give: as published, the other way round, across two rates of one day, and a currency against itself.
 * A cross is divided with 30 decimals and rounded once; it is as old and as doubtful as the worse of its two rates.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create view rate_pairs as
    select base_currency as base, quote_currency as quote, mid as rate, inverse,
           rate_date, observed_at, fetched_at, source, suspect, false as derived
    from rates
    union all
    select quote_currency, base_currency, inverse, mid, rate_date, observed_at, fetched_at, source, suspect, true
    from rates
    union all
    select b.quote_currency, q.quote_currency,
           round(q.mid * 1.000000000000000000000000000000 / b.mid, 18),
           round(b.mid * 1.000000000000000000000000000000 / q.mid, 18),
           b.rate_date, least(b.observed_at, q.observed_at), least(b.fetched_at, q.fetched_at), q.source, b.suspect or q.suspect, true
    from rates b
    join rates q on q.base_currency = b.base_currency and q.rate_date = b.rate_date and q.quote_currency <> b.quote_currency
    union all
    select quote_currency, quote_currency, 1, 1, rate_date, observed_at, fetched_at, source, false, true
    from rates
    union all
    select base_currency, base_currency, 1, 1, rate_date, max(observed_at), max(fetched_at), max(source), false, true
    from rates
    group by base_currency, rate_date;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop view rate_pairs');
}
