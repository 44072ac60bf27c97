import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { query, queryBatches, queryOne, queryRow } from '../platform/sql.ts';
import { describeBook } from './book-notes.ts';
import type { Conversion } from './conversion.ts';
import {
  checkFilter,
  describeFilter,
  filterParams,
  type LoanFilter,
  MATCHES,
} from './loan-filter.ts';
import {
  type Column,
  columnsOf,
  type LongReport,
  type Report,
  type Row,
  reportSql,
} from './report.ts';
import { readTotals, totalsSql } from './totals.ts';

const LOANS = reportSql('loan_summary.sql');

const LOAN_COLUMNS = columnsOf({
  loan_id: 'text',
  borrower_id: 'text',
  date_of_release: 'day',
  term: 'integer',
  LoanAmount: 'money',
  Downpayment: 'money',
  state: 'text',
  city: 'text',
  zip_code: 'text',
  payment_frequency: 'money',
  maturity_date: 'day',
  current_days_past_due: 'integer',
  last_due_date: 'day',
  last_repayment_date: 'day',
  amount_at_risk: 'money',
  borrower_credit_score: 'integer',
  branch: 'text',
  branch_id: 'text',
  borrower_name: 'text',
  total_amount_paid: 'money',
  total_amount_expected: 'money',
  par_days: 'integer',
  status: 'text',
  bucket: 'text',
  outstanding_balance: 'money',
  currency: 'text',
  principal_outstanding: 'money',
});
export const LOAN_STATUSES = ['in_arrears', 'current', 'settled', 'not_released', 'no_schedule'];

const ADDED_UP = LOAN_COLUMNS.filter(
  ({ name, kind }) => kind === 'money' && name !== 'payment_frequency',
).map(({ name }) => name);

export interface LoanOrder {
  readonly column: string;
  readonly descending: boolean;
}

const TOTALS = totalsSql(LOANS, ADDED_UP, MATCHES);
const DEFAULT_ORDER: LoanOrder = { column: 'loan_id', descending: false };

/** `order` names a column of the report: `parseOrder` admits no other. */
const orderBy = ({ column, descending }: LoanOrder) =>
  `order by "${column}" ${descending ? 'desc' : 'asc'} nulls last, loan_id`;
const matchingSql = (order: LoanOrder) => `
select report.* from (${LOANS}) report where ${MATCHES} ${orderBy(order)}`;
const pageSql = (order: LoanOrder) => `
select report.*, cast(count(*) over () as integer) as matching
from (${LOANS}) report
where ${MATCHES}
${orderBy(order)}
limit :limit offset :offset`;

interface LoanOptions {
  readonly filter?: LoanFilter;
  readonly order?: LoanOrder | undefined;
  readonly withTotals?: boolean;
  readonly conversion?: Conversion | undefined;
}

export interface LoanRows extends Report {
  /** How many loans match, on all pages together. */
  readonly count: number;
}

/**
 * The loans that match, or the whole book, as of the close of `asOf` (YYYY-MM-DD): row by row, as
 * long as the transaction is open. Throws InvalidRequest for a branch or currency that the book
 * does not have.
 */
export async function loanReport(
  db: Database,
  asOf: string,
  { filter = {}, order = DEFAULT_ORDER, ...options }: LoanOptions = {},
): Promise<LongReport> {
  await checkFilter(db, filter);
  const params = filterParams(asOf, filter);
  const hasFilter = Object.values(filter).some((condition) => condition !== undefined);
  const sql = hasFilter || order !== DEFAULT_ORDER ? matchingSql(order) : LOANS;
  const rows = queryBatches<Row>(db, sql, params);
  return { ...(await describe(db, asOf, { ...options, filter })), rows };
}

/** The loans that match, in pages by number. Throws InvalidRequest like `loanReport`. */
export async function matchingLoans(
  db: Database,
  asOf: string,
  {
    filter = {},
    order = DEFAULT_ORDER,
    limit,
    offset,
    ...options
  }: LoanOptions & { limit: number; offset: number },
): Promise<LoanRows> {
  await checkFilter(db, filter);
  const params = { ...filterParams(asOf, filter), limit, offset };
  const found = await query<Row & { matching: number }>(db, pageSql(order), params);
  const count = found[0]?.matching ?? found.length;
  const isNone = count === 0 && offset === 0;
  return {
    ...(await describe(db, asOf, { ...options, filter, isNone })),
    rows: found.map(({ matching, ...row }) => row as Row),
    count,
  };
}

async function describe(
  db: Database,
  asOf: string,
  { filter = {}, withTotals = false, conversion, isNone }: LoanOptions & { isNone?: boolean },
) {
  const params = filterParams(asOf, filter);
  const totals = withTotals
    ? await readTotals(db, TOTALS, { params, conversion })
    : { totals: [], notes: [], count: null };
  const conditions = describeFilter(filter);
  const { book, notes } = await describeBook(db, { name: 'loans', asOf, conditions });
  const none = isNone || totals.count === 0 ? ['No loan matches.'] : [];
  return {
    ...{ name: 'loans' as const, columns: LOAN_COLUMNS, book, ...totals },
    notes: [...notes.slice(0, 1), ...none, ...notes.slice(1), ...totals.notes],
  };
}

// `offset 0` keeps the inner query whole, so that it is planned for one loan and run for each of
// the page instead of being worked out for the whole book.
const PAGE = `
with page as (select loan_id from loans where loan_id > :after order by loan_id limit :limit)
select report.*
from page
cross join lateral (
  select * from (${LOANS}) loan where loan.loan_id = page.loan_id offset 0
) report
order by loan_id`;

/**
 * The loans after one, by id, without a filter: works out no more than it returns, but for totals,
 * which are of the whole book.
 */
export async function loanPage(
  db: Database,
  asOf: string,
  { after, limit, ...options }: LoanOptions & { after: string | null; limit: number },
): Promise<LoanRows> {
  const rows = await query<Row>(db, PAGE, { as_of: asOf, after: after ?? '', limit });
  const { count } = await queryRow<{ count: number }>(
    db,
    'select cast(count(*) as integer) as count from loans',
  );
  return { ...(await describe(db, asOf, options)), rows, count };
}

const ONE = `select * from (${LOANS}) report where loan_id = :loan_id`;

/** One loan. Throws InvalidRequest (404) when it is not in the book. */
export async function oneLoan(db: Database, asOf: string, loanId: string): Promise<Report> {
  const row = await queryOne<Row>(db, ONE, { as_of: asOf, loan_id: loanId });
  if (!row) throw unknownLoan(loanId);
  const conditions = [`loan ${loanId}`];
  const described = await describeBook(db, { name: 'loans', asOf, conditions });
  return { name: 'loans', columns: LOAN_COLUMNS, rows: [row], totals: [], ...described };
}

/** For a loan that is not in the book. */
export function unknownLoan(loanId: string): InvalidRequest {
  return new InvalidRequest(`expected the id of a loan in the book, got "${loanId}"`, {
    status: 404,
  });
}

const fold = (name: string) => name.toLowerCase().replaceAll('-', '_');
/** Short names of columns, beside their own. */
const SHORT: Readonly<Record<string, string>> = {
  days_past_due: 'current_days_past_due',
  at_risk: 'amount_at_risk',
  outstanding: 'outstanding_balance',
  paid: 'total_amount_paid',
  released: 'date_of_release',
};

function findColumn(option: string, name: string): Column {
  const wanted = SHORT[fold(name)] ?? fold(name);
  const column = LOAN_COLUMNS.find((one) => fold(one.name) === wanted);
  if (column) return column;
  const known = LOAN_COLUMNS.map((one) => one.name).join(', ');
  throw new InvalidRequest(`${option}: unknown column "${name}", known are ${known}`);
}

/**
 * Reads `days-past-due`, `amount_at_risk:asc` or `loan_id`. Without a direction numbers and days
 * are highest first and texts in alphabetical order. Throws InvalidRequest.
 */
export function parseOrder(text: string): LoanOrder {
  const [name = '', direction, ...rest] = text.split(':');
  const { name: column, kind } = findColumn('sort', name);
  if (rest.length > 0 || (direction !== undefined && !/^(asc|desc)$/.test(direction)))
    throw new InvalidRequest(`sort: use asc or desc, for example ${name}:asc`);
  return { column, descending: direction ? direction === 'desc' : kind !== 'text' };
}

/** Reads `all` or `loan_id,status,days-past-due`, in that order. Throws InvalidRequest. */
export function parseColumns(text: string): Column[] {
  if (text === 'all') return LOAN_COLUMNS;
  return text.split(',').map((name) => findColumn('columns', name.trim()));
}
