import type { Knex } from 'knex';

/** What the producer and the consumer say of themselves every few seconds; the API reads the pipeline's health from here. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table services (
      service    text        not null,
      instance   text        not null,
      started_at timestamptz not null,
      seen_at    timestamptz not null,
      health     jsonb       not null,
      constraint services_pkey primary key (service, instance)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table services');
}
