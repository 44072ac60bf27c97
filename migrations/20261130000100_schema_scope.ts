import type { Knex } from 'knex';

/**
 * Channels and lock keys that carry the schema: two installations in one database, each in its own
 * schema, neither wake nor block each other.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function announce(channel text, payload text default '') returns void
      language sql volatile as $$ select pg_notify(current_schema() || '.' || channel, payload) $$;
    create function lock_key(name text) returns int
      language sql stable as $$ select hashtext(current_schema() || '.' || name) $$;

    create or replace function announce_run() returns trigger language plpgsql as $$
    begin
      perform announce('runs', new.run_id::text);
      return null;
    end $$;
    create or replace function announce_rates() returns trigger language plpgsql as $$
    begin
      perform announce('rates');
      return null;
    end $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace function announce_run() returns trigger language plpgsql as $$
    begin
      perform pg_notify('runs', new.run_id::text);
      return null;
    end $$;
    create or replace function announce_rates() returns trigger language plpgsql as $$
    begin
      perform pg_notify('rates', '');
      return null;
    end $$;
    drop function announce(text, text);
    drop function lock_key(text);
  `);
}
