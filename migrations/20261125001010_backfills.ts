import type { Knex } from 'knex';

/** Pulls of many past days: what was asked for, and what it may cost. Each page of days is a run. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table backfills (
      backfill_id   uuid        not null default gen_random_uuid() constraint backfills_pkey primary key,
      source        text        not null constraint backfills_source check (source in ('xe', 'simulator')),
      asked_at      timestamptz not null default ledger_now(),
      accepted_cost integer     not null constraint backfills_accepted_cost check (accepted_cost > 0),
      first_start   boolean     not null default false
                    constraint backfills_simulated check (not first_start or source = 'simulator')
    );
    comment on column backfills.accepted_cost is 'rates that whoever asked has agreed to pay for; no run of it goes beyond';
    comment on column backfills.first_start is 'the history that a first start makes up, so that charts have something to show: never with real keys';
    create unique index backfills_one_first_start on backfills (source) where first_start;

    alter table runs add column backfill_id uuid constraint runs_backfill references backfills (backfill_id);
    create index runs_of_backfill on runs (backfill_id) where backfill_id is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table runs drop column backfill_id; drop table backfills');
}
