import type { Knex } from 'knex';

/** What every other table builds on: the ledger's clock, channels, lock keys, health, sources. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(SERVICES);
  await knex.raw(SOURCES);
}

const SERVICES = `
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
`;

const SOURCES = `
  create table sources (
    name      text    not null constraint sources_pkey primary key
              constraint sources_name check (name ~ '^[a-z][a-z0-9-]{0,39}$'),
    rank      integer not null,
    simulated boolean not null default false,
    title     text    not null,
    bills     text    not null default 'rates'
              constraint sources_bills check (bills in ('rates', 'calls'))
  );
  comment on table sources is
    'where rates come from; the consumer adds one that it does not know with rank 900';
  comment on column sources.rank is
    'the lowest rank wins a day; the producer puts the ranks in the order of PROVIDERS';
  comment on column sources.bills is 'what costs: each rate, or each call';
  insert into sources (name, rank, simulated, title, bills) values
    ('xe', 10, false, 'XE', 'rates'),
    ('openexchangerates', 20, false, 'Open Exchange Rates', 'calls'),
    ('simulator', 1000, true, 'Simulator', 'rates'),
    ('simulator-openexchangerates', 1001, true, 'Simulator of Open Exchange Rates', 'calls');

  create function source_rank(source text) returns integer language sql stable as $$
    select coalesce((select rank from sources where name = source), 900)
  $$;

  -- Whether a source is compared with a better one of its kind, real or simulated.
  create function is_second_source(source text) returns boolean language sql stable as $$
    select coalesce(
      (select exists (select from sources better
                      where better.simulated = own.simulated and better.rank < own.rank)
       from sources own where own.name = source), true)
  $$;
`;

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function is_second_source(text);
    drop function source_rank(text);
    drop table sources, services;
    drop function lock_key(text);
    drop function announce(text, text);
    drop function ledger_now();
  `);
}
