import type { Knex } from 'knex';

/**
 * Keys follow time: observations are keyed by their instant first, so inserts stay at the right
 * edge
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table rate_observations drop constraint rate_observations_pkey;
    alter table rate_observations add constraint rate_observations_pkey
      primary key (observed_at, base_currency, quote_currency, event_id);
    drop index rate_observations_by_time;
    alter table rate_observations add constraint rate_observations_not_ahead
      check (observed_at <= fetched_at + interval '1 day') not valid;

    create table voided_events (
      id             bigint      generated always as identity
                     constraint voided_events_pkey primary key,
      event_id       uuid        not null,
      run_id         text        not null,
      source         text        not null,
      base_currency  text        collate "C" not null,
      quote_currency text        collate "C" not null,
      mid            numeric     not null,
      observed_at    timestamptz not null,
      fetched_at     timestamptz not null,
      reason         text        not null constraint voided_events_reason check (reason <> ''),
      voided_by      text        not null,
      voided_at      timestamptz not null default now(),
      restored_by    text,
      restored_at    timestamptz,
      constraint voided_events_restored check ((restored_by is null) = (restored_at is null))
    );
    create unique index voided_events_in_force on voided_events (event_id)
      where restored_at is null;
    comment on table voided_events is
      'events that a person took out of the rates, kept to restore them; replays leave them out';

    alter table dead_letters
      alter column record_timestamp drop not null,
      add column reason_code        text not null default 'internal_error',
      add column redrive_error_code text,
      add column closed_at          timestamptz;
    update dead_letters set
      reason_code = lower(regexp_replace(reason, '[^A-Za-z0-9]+', '_', 'g')),
      redrive_error_code = lower(regexp_replace(
        split_part(redrive_error, ':', 1), '[^A-Za-z0-9]+', '_', 'g'));
    comment on column dead_letters.record_timestamp is
      'null when the producer wrote a time outside of the years 1 to 9999';

    create table consumer_positions (
      topic          text        not null,
      partition      integer     not null,
      consumer_group text        not null,
      next_offset    bigint      not null,
      noted_at       timestamptz not null default now(),
      constraint consumer_positions_pkey primary key (topic, consumer_group, partition)
    );
    comment on table consumer_positions is
      'how far each group has stored a topic: brokers expire the offsets of a stopped group';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table consumer_positions;
    update dead_letters set record_timestamp = set_aside_at where record_timestamp is null;
    alter table dead_letters
      alter column record_timestamp set not null,
      drop column reason_code, drop column redrive_error_code, drop column closed_at;
    drop table voided_events;
    alter table rate_observations drop constraint rate_observations_not_ahead;
    alter table rate_observations drop constraint rate_observations_pkey;
    create index rate_observations_by_time
      on rate_observations (observed_at, quote_currency, event_id);
    alter table rate_observations add constraint rate_observations_pkey primary key (event_id);
  `);
}
