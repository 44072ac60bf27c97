import type { Column } from './clean.ts';
import {
  actualDay,
  agreedDay,
  amount,
  currency,
  id,
  moneyReceived,
  type Rule,
  rate,
  verbatim,
  wholeNumber,
  words,
} from './rules.ts';

/** One raw file of the book and the table it fills. */
export interface BookFile {
  file: string;
  table: string;
  /** A folder without this file is complete. */
  optional?: true;
  /** A book without a row in this file is no book; one without payments is a new one. */
  needsRows?: true;
  columns: readonly Column[];
  /** The columns that together identify a row. */
  key: readonly string[];
  /** A row stays only when `column` names a row that stayed in `table`. */
  belongsTo?: { column: string; table: string };
}

const column = (header: string, name: string, rule: Rule): Column => ({ header, name, rule });

/** The files of a book, parents first. Headers are the lender's, to the letter. */
export const BOOK_FILES: readonly BookFile[] = [
  {
    file: 'borrower.csv',
    table: 'borrowers',
    needsRows: true,
    key: ['borrower_id'],
    columns: [
      column('Borrower_Id', 'borrower_id', id),
      column('State', 'state', words),
      column('City', 'city', words),
      column('zip code', 'zip_code', words),
      column('borrower_credit_score', 'borrower_credit_score', wholeNumber),
      column('borrower_credit_score', 'borrower_credit_score_raw', verbatim),
    ],
  },
  {
    file: 'loan.csv',
    table: 'loans',
    needsRows: true,
    key: ['loan_id'],
    belongsTo: { column: 'borrower_id', table: 'borrowers' },
    columns: [
      column('Borrower_id', 'borrower_id', id),
      column('loan_id', 'loan_id', id),
      column('Date_of_release', 'date_of_release', agreedDay),
      column('Term', 'term', wholeNumber),
      column('InterestRate', 'interest_rate', rate),
      column('LoanAmount', 'loan_amount', amount),
      column('Downpayment', 'downpayment', amount),
      column('Payment_frequency', 'payment_frequency', amount),
      column('Maturity_date', 'maturity_date', agreedDay),
    ],
  },
  {
    file: 'payment_schedule.csv',
    table: 'payment_schedule',
    needsRows: true,
    key: ['loan_id', 'schedule_id'],
    belongsTo: { column: 'loan_id', table: 'loans' },
    columns: [
      column('loan_id', 'loan_id', id),
      column('schedule_id', 'schedule_id', id),
      column('Expected_payment_date', 'expected_payment_date', agreedDay),
      column('Expected_payment_amount', 'expected_payment_amount', amount),
    ],
  },
  {
    file: 'loan_payment.csv',
    table: 'loan_payments',
    key: ['loan_id', 'payment_id'],
    belongsTo: { column: 'loan_id', table: 'loans' },
    columns: [
      column('loan_id(fk)', 'loan_id', id),
      column('payment_id(pk)', 'payment_id', id),
      column('Date_paid', 'date_paid', actualDay),
      column('Amount_paid', 'amount_paid', moneyReceived),
    ],
  },
  {
    file: 'branch.csv',
    table: 'branches',
    optional: true,
    key: ['branch_id'],
    columns: [
      column('branch_id', 'branch_id', id),
      column('branch', 'branch', words),
      { ...column('currency', 'currency', currency), optional: true },
    ],
  },
  {
    file: 'loan_branch.csv',
    table: 'loan_branches',
    optional: true,
    key: ['loan_id'],
    belongsTo: { column: 'loan_id', table: 'loans' },
    columns: [column('loan_id', 'loan_id', id), column('branch_id', 'branch_id', id)],
  },
  {
    file: 'borrower_name.csv',
    table: 'borrower_names',
    optional: true,
    key: ['borrower_id'],
    belongsTo: { column: 'borrower_id', table: 'borrowers' },
    columns: [
      column('Borrower_Id', 'borrower_id', id),
      column('borrower_name', 'borrower_name', words),
    ],
  },
];
