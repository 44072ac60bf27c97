import type { Knex } from 'knex';

/** XE has refused us (401, 403, 429): it is not asked again until the time is over or a person deletes the row. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table breakers (
      source     text        constraint breakers_pkey primary key constraint breakers_source check (source in ('xe', 'simulator')),
      status     integer     not null,
      reason     text        not null,
      opened_at  timestamptz not null default ledger_now(),
      open_until timestamptz not null
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table breakers');
}
