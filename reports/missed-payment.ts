import type { Knex } from 'knex';
import type { Conversion } from './in-base.ts';
import type { Report } from './report.ts';
import { runSql } from './run-sql.ts';
import { totalsOf } from './totals.ts';

const ADDED_UP = ['amount', 'amount_missed', 'amount_unpaid'];

/**
 * One row for each instalment due before `asOf` (YYYY-MM-DD) that was not covered at the close of its due date: of the whole book, or of
 * one loan, and the totals with it.
 */
export async function missedPayments(
  db: Knex,
  asOf: string,
  { conversion, loanId }: { conversion?: Conversion | undefined; loanId?: string | undefined } = {},
): Promise<Report> {
  const found =
    loanId === undefined
      ? await runSql(db, 'missed_payment.sql', { as_of: asOf })
      : await runSql(
          db,
          'missed_payment.sql',
          { as_of: asOf, loan_id: loanId },
          'loan_id = :loan_id',
        );
  return {
    name: 'missed',
    ...found,
    ...(await totalsOf(db, found.rows, { columns: ADDED_UP, conversion })),
  };
}
