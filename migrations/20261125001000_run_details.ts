import type { Knex } from 'knex';

/** What a run needs beside its state: the past days it is for, the package that XE answered from, and how many slots a skipped row stands for. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table runs
      add column first_day     date,
      add column last_day      date,
      add column package       text,
      add column quota         jsonb,
      add column claimed_at    timestamptz,
      add column look_at       timestamptz,
      add column skipped_to    timestamptz,
      add column skipped_count integer,
      add constraint runs_days check ((first_day is null) = (last_day is null) and first_day <= last_day),
      add constraint runs_skipped check ((skipped_to is null) = (skipped_count is null));
    comment on column runs.first_day is 'first of the past days whose historic rates are asked for; null: the rate of now';
    comment on column runs.package is 'XE''s name of the package that answered; a trial may serve mock rates';
    comment on column runs.quota is 'XE''s quota headers as they came with the answer';
    comment on column runs.look_at is 'when a published run whose rows are missing is looked into again';
    comment on column runs.skipped_to is 'the last of the skipped_count slots that this one row stands for; the first is slot';
    create index runs_newest on runs (asked_at desc, run_id desc);
    create index runs_skipped_to on runs (source, skipped_to) where skipped_to is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index runs_newest, runs_skipped_to;
    alter table runs drop column first_day, drop column last_day, drop column package, drop column quota, drop column claimed_at,
      drop column look_at, drop column skipped_to, drop column skipped_count;
  `);
}
