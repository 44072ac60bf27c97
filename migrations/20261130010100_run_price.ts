import type { Knex } from 'knex';

/** What one fetch of a run may cost, in rates: XE bills each currency and day. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table runs add column price integer not null
      generated always as (cardinality(currencies) * coalesce(last_day - first_day + 1, 1)) stored;
    comment on column runs.price is 'rates that one fetch returns, as XE bills them';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table runs drop column price');
}
