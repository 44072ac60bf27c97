import type { Knex } from 'knex';
import type { Conversion } from './in-base.ts';
import type { Report } from './report.ts';
import { runSql } from './run-sql.ts';
import { totalsOf } from './totals.ts';

const ADDED_UP = ['amount', 'amount_missed', 'amount_unpaid'];

/** One row for each instalment due before `asOf` (YYYY-MM-DD) that was not covered at the close of its due date. */
export async function missedPayments(db: Knex, asOf: string, conversion?: Conversion): Promise<Report> {
  const found = await runSql(db, 'missed_payment.sql', { as_of: asOf });
  return { name: 'missed', ...found, ...(await totalsOf(db, found.rows, { columns: ADDED_UP, conversion })) };
}
