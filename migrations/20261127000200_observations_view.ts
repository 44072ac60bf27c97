import type { Knex } from 'knex';

/**
 * Stored observations as readers see them, by the same two rules as the view `rates`: the first real rate hides all simulated ones, and
 * the inverse has 18 decimals.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create view observations as
    select event_id, run_id, source, base_currency as base, quote_currency as quote, mid as rate,
           round(1.000000000000000000000000000000 / mid, 18) as inverse, (observed_at at time zone 'UTC')::date as rate_date,
           observed_at, fetched_at, stored_at, stored_by, seq
    from rate_observations
    where source = 'xe' or not exists (select from daily_rates real where real.source = 'xe');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop view observations');
}
