import type { Knex } from 'knex';

/** The settings that a running service has in force, secrets masked: `doctor` compares them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("alter table services add column settings jsonb not null default '{}'");
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table services drop column settings');
}
