import type { Knex } from 'knex';

/** What every other table builds on: the ledger's clock, channels, lock keys and service health. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The ledger's only clock. Tests replace this function; nothing else tells the ledger the time.
    create function ledger_now() returns timestamptz language sql volatile
      as 'select clock_timestamp()';

    -- Channels and lock keys carry the schema: two installations in one database, each in its own
    -- schema, neither wake nor block each other.
    create function announce(channel text, payload text default '') returns void
      language sql volatile as $$ select pg_notify(current_schema() || '.' || channel, payload) $$;
    create function lock_key(name text) returns int
      language sql stable as $$ select hashtext(current_schema() || '.' || name) $$;

    create table services (
      service    text        not null,
      instance   text        not null,
      started_at timestamptz not null,
      seen_at    timestamptz not null,
      health     jsonb       not null,
      settings   jsonb       not null default '{}',
      constraint services_pkey primary key (service, instance)
    );
    comment on table services is
      'heartbeats of producers and consumers, renewed every few seconds; the API reads health here';
    comment on column services.settings is 'the settings in force, secrets masked';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table services;
    drop function lock_key(text);
    drop function announce(text, text);
    drop function ledger_now();
  `);
}
