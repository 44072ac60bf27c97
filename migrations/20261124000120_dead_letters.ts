import type { Knex } from 'knex';

/** Records that can never become a rate, kept whole with the reason until a person redrives them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table dead_letters (
      id               bigint generated always as identity constraint dead_letters_pkey primary key,
      topic            text        not null,
      partition        integer     not null,
      record_offset    bigint      not null,
      record_timestamp timestamptz not null,
      key              bytea,
      value            bytea,
      headers          jsonb       not null,
      reason           text        not null,
      detail           text        not null,
      state            text        not null default 'open' constraint dead_letters_state check (state in ('open', 'redriven')),
      set_aside_at     timestamptz not null default now(),
      redrive_asked_at timestamptz,
      redrive_error    text,
      redriven_at      timestamptz
    );
    comment on column dead_letters.redrive_asked_at is 'a person wants it tried again; a consumer takes it, and clears this when it has';
    -- A record that is delivered twice is one letter; a rebuilt topic may use its offsets again for other bytes.
    create unique index dead_letters_once on dead_letters (topic, partition, record_offset, md5(coalesce(value, '')));
    create index dead_letters_open on dead_letters (id) where state = 'open';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table dead_letters');
}
