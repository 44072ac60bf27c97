import type { Knex } from 'knex';
import { seedLoanBook } from '../loans/sample.ts';

export async function seed(knex: Knex): Promise<void> {
  await seedLoanBook(knex);
}
