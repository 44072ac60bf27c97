import type { Knex } from 'knex';

/**
 * The embedded stream: an append-only log in partitions. Offsets are dense because the append takes them from stream_partitions
 * under its row lock, which is held until commit; a sequence would become visible out of order and a reader would skip records.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
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
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'drop table stream_group_offsets; drop table stream_records; drop table stream_partitions',
  );
}
