import type { Knex } from 'knex';

/**
 * An order in which stored observations can be followed without a gap. Numbers of a sequence become visible out of order, so a reader
 * goes by the transaction first, and only as far as every older transaction has ended.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table rate_observations
      add column stored_by xid8   not null default pg_current_xact_id(),
      add column seq       bigint generated always as identity;
    create index rate_observations_in_order on rate_observations (stored_by, seq);
    create index rate_observations_by_time on rate_observations (observed_at, quote_currency, event_id);
    comment on column rate_observations.stored_by is 'the transaction that stored it: complete below pg_snapshot_xmin(pg_current_snapshot())';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'alter table rate_observations drop column seq, drop column stored_by; drop index rate_observations_by_time',
  );
}
