import type { Kind } from './rules.ts';

/** One column of the book: its header in the raw file, its name in the table, its kind of field. */
export interface Column {
  header: string;
  name: string;
  kind: Kind;
  /** A file without this header is complete; the column is then null. */
  optional?: true;
}

/** One raw file of the book and the table it fills. */
export interface BookFile {
  file: string;
  table: string;
  /** What a row is, for messages: one, and several. */
  noun: readonly [one: string, several: string];
  /** A folder without this file is complete. */
  optional?: true;
  /** A book without a row in this file is no book; one without payments is a new one. */
  needsRows?: true;
  columns: readonly Column[];
  /** Columns of the table that the load works out, each with its value until then. */
  derived?: Readonly<Record<string, string | null>>;
  /** The columns that together identify a row. */
  key: readonly string[];
  /** Of rows with one key and different content, keep the first in file order or reject all. */
  conflict: 'keep first' | 'reject all';
  /** A row is accepted only when `column` names an accepted row of `table`. */
  parent?: { column: string; table: string };
}

const column = (header: string, name: string, kind: Kind): Column => ({ header, name, kind });

/** The files of a book, parents first, with the lender's headers. */
export const BOOK_FILES: readonly BookFile[] = [
  {
    file: 'borrower.csv',
    table: 'borrowers',
    noun: ['borrower', 'borrowers'],
    needsRows: true,
    key: ['borrower_id'],
    conflict: 'keep first',
    columns: [
      column('Borrower_Id', 'borrower_id', 'id'),
      column('State', 'state', 'expected text'),
      column('City', 'city', 'expected text'),
      column('zip code', 'zip_code', 'expected text'),
      column('borrower_credit_score', 'borrower_credit_score', 'score'),
      column('borrower_credit_score', 'borrower_credit_score_raw', 'verbatim'),
    ],
  },
  {
    file: 'loan.csv',
    table: 'loans',
    noun: ['loan', 'loans'],
    needsRows: true,
    key: ['loan_id'],
    conflict: 'reject all',
    parent: { column: 'borrower_id', table: 'borrowers' },
    columns: [
      column('Borrower_id', 'borrower_id', 'id'),
      column('loan_id', 'loan_id', 'id'),
      column('Date_of_release', 'date_of_release', 'agreed day'),
      column('Term', 'term', 'whole number'),
      column('InterestRate', 'interest_rate', 'decimal'),
      column('LoanAmount', 'loan_amount', 'amount'),
      column('Downpayment', 'downpayment', 'unneeded amount'),
      column('Payment_frequency', 'payment_frequency', 'unneeded amount'),
      column('Maturity_date', 'maturity_date', 'unneeded day'),
      { ...column('currency', 'currency', 'loan currency'), optional: true },
    ],
  },
  {
    file: 'payment_schedule.csv',
    table: 'payment_schedule',
    noun: ['instalment', 'instalments'],
    needsRows: true,
    key: ['loan_id', 'schedule_id'],
    conflict: 'keep first',
    parent: { column: 'loan_id', table: 'loans' },
    columns: [
      column('loan_id', 'loan_id', 'id'),
      column('schedule_id', 'schedule_id', 'id'),
      column('Expected_payment_date', 'expected_payment_date', 'agreed day'),
      column('Expected_payment_amount', 'expected_payment_amount', 'amount'),
    ],
  },
  {
    file: 'loan_payment.csv',
    table: 'loan_payments',
    noun: ['payment', 'payments'],
    key: ['loan_id', 'payment_id'],
    conflict: 'keep first',
    parent: { column: 'loan_id', table: 'loans' },
    columns: [
      column('loan_id(fk)', 'loan_id', 'id'),
      column('payment_id(pk)', 'payment_id', 'id'),
      column('Date_paid', 'date_paid', 'actual day'),
      column('Amount_paid', 'amount_paid', 'money moved'),
    ],
    derived: { status: 'received', voids_payment_id: null },
  },
  {
    file: 'branch.csv',
    table: 'branches',
    noun: ['row of branch.csv', 'rows of branch.csv'],
    optional: true,
    key: ['branch_id'],
    conflict: 'keep first',
    columns: [
      column('branch_id', 'branch_id', 'id'),
      column('branch', 'branch', 'text'),
      { ...column('currency', 'currency', 'currency'), optional: true },
    ],
  },
  {
    file: 'loan_branch.csv',
    table: 'loan_branches',
    noun: ['row of loan_branch.csv', 'rows of loan_branch.csv'],
    optional: true,
    key: ['loan_id'],
    conflict: 'keep first',
    parent: { column: 'loan_id', table: 'loans' },
    columns: [column('loan_id', 'loan_id', 'id'), column('branch_id', 'branch_id', 'id')],
  },
  {
    file: 'borrower_name.csv',
    table: 'borrower_names',
    noun: ['row of borrower_name.csv', 'rows of borrower_name.csv'],
    optional: true,
    key: ['borrower_id'],
    conflict: 'keep first',
    parent: { column: 'borrower_id', table: 'borrowers' },
    columns: [
      column('Borrower_Id', 'borrower_id', 'id'),
      column('borrower_name', 'borrower_name', 'text'),
    ],
  },
];
