import type { Knex } from 'knex';

/**
 * The embedded stream (an append-only log in partitions), how far each group has stored a topic,
 * and dead letters. Offsets are dense because an append takes them from stream_partitions under its
 * row lock, held until commit; numbers of a sequence would become visible out of order, and readers
 * would skip records.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(STREAM);
  await knex.raw(CONSUMER);
}

const STREAM = `
  create table stream_partitions (
    topic       text    collate "C" not null,
    partition   integer not null,
    next_offset bigint  not null default 0,
    constraint stream_partitions_pkey primary key (topic, partition)
  );

  create table stream_records (
    topic         text        collate "C" not null,
    partition     integer     not null,
    record_offset bigint      not null,
    appended_at   timestamptz not null default clock_timestamp(),
    key           bytea,
    value         bytea,
    headers       jsonb       not null,
    constraint stream_records_pkey primary key (topic, partition, record_offset)
  );

  create table stream_group_offsets (
    consumer_group text    collate "C" not null,
    topic          text    collate "C" not null,
    partition      integer not null,
    next_offset    bigint  not null,
    constraint stream_group_offsets_pkey primary key (consumer_group, topic, partition)
  );
`;

const CONSUMER = `
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

  create table dead_letters (
    id                 bigint generated always as identity constraint dead_letters_pkey primary key,
    topic              text        not null,
    partition          integer     not null,
    record_offset      bigint      not null,
    record_timestamp   timestamptz,
    key                bytea,
    value              bytea,
    headers            jsonb       not null,
    reason_code        text        not null default 'internal_error',
    reason             text        not null,
    detail             text        not null,
    state              text        not null default 'open'
                       constraint dead_letters_state
                         check (state in ('open', 'redriven', 'closed')),
    set_aside_at       timestamptz not null default now(),
    redrive_asked_at   timestamptz,
    redrive_error_code text,
    redrive_error      text,
    redriven_at        timestamptz,
    closed_at          timestamptz
  );
  comment on column dead_letters.record_timestamp is
    'null when the producer wrote a time outside of the years 1 to 9999';
  comment on column dead_letters.redrive_asked_at is
    'when a person requested a redrive; the consumer that performs it clears this';
  -- A record delivered twice is one dead letter; a recreated topic reuses offsets for other bytes.
  create unique index dead_letters_once
    on dead_letters (topic, partition, record_offset, md5(coalesce(value, '')));
  create index dead_letters_open on dead_letters (id) where state = 'open';
`;

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table dead_letters, consumer_positions,
               stream_group_offsets, stream_records, stream_partitions
  `);
}
