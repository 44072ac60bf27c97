import type { Knex } from 'knex';
import { InvalidRequest } from '../platform/errors.ts';
import type { Report } from './report.ts';
import { runSql } from './run-sql.ts';

/** One loan day by day up to `asOf`: days past due and the amount at risk. Throws InvalidRequest when there is no such loan. */
export async function arrearsHistory(db: Knex, asOf: string, loanId: string): Promise<Report> {
  if (!(await db('loans').where({ loan_id: loanId }).first('loan_id')))
    throw new InvalidRequest(`expected the id of a loan in the book, got "${loanId}"`, {
      status: 404,
    });
  const found = await runSql(db, 'arrears_history.sql', { as_of: asOf, loan_id: loanId });
  return { name: 'history', ...found, totals: [], notes: [] };
}
