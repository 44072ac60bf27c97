import type { Knex } from 'knex';

/** Reordered the view allocation, which 20261203000100_allocation_by_sums replaces. */
export async function up(_knex: Knex): Promise<void> {}

export async function down(_knex: Knex): Promise<void> {}
