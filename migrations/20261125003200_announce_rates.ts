import type { Knex } from 'knex';

/** Whoever keeps answers ready hears of every change of the rates, whoever made it and by whatever way. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function announce_rates() returns trigger language plpgsql as $$
    begin
      perform pg_notify('rates', '');
      return null;
    end $$;
    create trigger daily_rates_announced after insert or update or delete or truncate on daily_rates
      for each statement execute function announce_rates();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'drop trigger daily_rates_announced on daily_rates; drop function announce_rates()',
  );
}
