import type { Knex } from 'knex';
import type { Conversion } from './in-base.ts';
import type { Report } from './report.ts';
import { runSql } from './run-sql.ts';
import { totalsOf } from './totals.ts';

const ADDED_UP = [
  'LoanAmount',
  'Downpayment',
  'amount_at_risk',
  'total_amount_paid',
  'total_amount_expected',
  'outstanding_balance',
];

/** One row for each loan as of the close of `asOf` (YYYY-MM-DD). */
export async function loanSummary(
  db: Knex,
  asOf: string,
  conversion?: Conversion,
): Promise<Report> {
  const found = await runSql(db, 'loan_summary.sql', { as_of: asOf });
  return {
    name: 'loans',
    ...found,
    ...(await totalsOf(db, found.rows, { columns: ADDED_UP, conversion })),
  };
}
