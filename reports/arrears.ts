import type { Database } from '../platform/database.ts';
import { query, queryBatches, queryOne } from '../platform/sql.ts';
import { describeBook } from './book-notes.ts';
import type { Conversion } from './conversion.ts';
import { unknownLoan } from './loans.ts';
import { columnsOf, type LongReport, type Report, type Row, reportSql } from './report.ts';
import { readTotals, totalsSql } from './totals.ts';

const MISSED = reportSql('missed_payment.sql');
const HISTORY = reportSql('arrears_history.sql');

const MISSED_COLUMNS = columnsOf({
  loan_id: 'text',
  borrower_id: 'text',
  schedule_id: 'text',
  instalment_number: 'integer',
  due_date: 'day',
  amount: 'money',
  amount_missed: 'money',
  date_cleared: 'day',
  days_late: 'integer',
  amount_unpaid: 'money',
  status: 'text',
  currency: 'text',
});
const HISTORY_COLUMNS = columnsOf({
  day: 'day',
  current_days_past_due: 'integer',
  amount_at_risk: 'money',
  total_amount_expected: 'money',
  total_amount_paid: 'money',
});

const ADDED_UP = ['amount', 'amount_missed', 'amount_unpaid'];
// An equality, so that Postgres reads the rows of the one loan alone.
const MISSED_BY_LOAN = `select * from (${MISSED}) report where loan_id = :loan_id`;
const TOTALS = totalsSql(MISSED, ADDED_UP, 'true');
const TOTALS_BY_LOAN = totalsSql(MISSED, ADDED_UP, 'loan_id = :loan_id');

export interface MissedOptions {
  readonly loanId?: string | undefined;
  readonly withTotals: boolean;
  readonly conversion?: Conversion | undefined;
}

/**
 * One row per instalment due before `asOf` (YYYY-MM-DD) that was not covered at the close of its
 * due date: of the whole book, or of one loan, and the totals with it. The rows are read as they
 * are needed, as long as the transaction is open.
 */
export async function missedReport(
  db: Database,
  asOf: string,
  { loanId, withTotals, conversion }: MissedOptions,
): Promise<LongReport> {
  const params = { as_of: asOf, ...(loanId !== undefined && { loan_id: loanId }) };
  const rows = queryBatches<Row>(db, loanId === undefined ? MISSED : MISSED_BY_LOAN, params);
  const totals = withTotals
    ? await readTotals(db, loanId === undefined ? TOTALS : TOTALS_BY_LOAN, { params, conversion })
    : { totals: [], notes: [], count: null };
  const conditions = loanId === undefined ? [] : [`loan ${loanId}`];
  const { book, notes } = await describeBook(db, { name: 'missed', asOf, conditions });
  return {
    ...{ name: 'missed', columns: MISSED_COLUMNS, rows, book, ...totals },
    notes: [...notes, ...totals.notes],
  };
}

/** One loan day by day up to `asOf`. Throws InvalidRequest (404) for an unknown loan. */
export async function historyReport(db: Database, asOf: string, loanId: string): Promise<Report> {
  const found = await queryOne(db, 'select from loans where loan_id = :loan_id', {
    loan_id: loanId,
  });
  if (!found) throw unknownLoan(loanId);
  const rows = await query<Row>(db, HISTORY, { as_of: asOf, loan_id: loanId });
  const conditions = [`loan ${loanId}`];
  const described = await describeBook(db, { name: 'history', asOf, conditions });
  return { name: 'history', columns: HISTORY_COLUMNS, rows, totals: [], ...described };
}
