import type { Response } from 'express';
import { InvalidRequest } from '../../platform/errors.ts';
import { type LoanFilter, nameFilter } from '../../reports/loan-filter.ts';
import { parseColumns, parseOrder } from '../../reports/loans.ts';
import { fileNameOf, type LongReport, type Report, type Row } from '../../reports/report.ts';
import type { Result } from '../http/formats.ts';
import type { Handler } from '../http/operations.ts';
import { cutPage, decodeCursor, KEY_PART } from '../http/paging.ts';
import type { Params } from '../http/params.ts';
import { invalidParameter } from '../http/problems.ts';
import type { AsOf, BookQueries } from './queries.ts';

/** More rows than a page of JSON has: a table, which has every row. */
const LARGEST_PAGE = 1000;
const MAX_HEADER = 2000;
const NO_TOTALS = 'a CSV has no totals to convert: use JSON or XLSX, or /v2/reports/par';

type LoansAsOf = AsOf & { withTotals: boolean };

/** The loan book as of the close of any day. */
export function loansHandlers(book: BookQueries): Record<string, Handler> {
  const dayOf = async ({ as_of }: Params) => (as_of === undefined ? book.today() : String(as_of));
  /** A CSV has no totals: nothing would be in USD. */
  const asked = async (params: Params, res: Response) => {
    const isCsv = res.locals['format'] === 'text/csv';
    const inBase = params['in'] !== undefined;
    if (isCsv && inBase) throw invalidParameter('in', NO_TOTALS);
    return { asOf: await dayOf(params), inBase, withTotals: !isCsv };
  };
  return {
    loanBook: async () => {
      const today = await book.today();
      return { item: 'LoanBook', data: await book.status(today), meta: {} };
    },

    loansReport: async (params, _req, res) => {
      const of = await asked(params, res);
      return longAnswer('Loan', of, await book.loans(of, res));
    },

    parReport: async (params) => {
      const of = { asOf: await dayOf(params), inBase: params['in'] !== undefined };
      return answer('ParLine', of, await book.par(of));
    },

    missedReport: async (params, _req, res) => {
      const of = await asked(params, res);
      const loanId = optional(params['loan_id']);
      const missed = longAnswer('MissedPayment', of, await book.missed({ ...of, loanId }, res));
      return { ...missed, fileName: fileNameOf('missed', of.asOf, [loanId]) };
    },

    rollReport: async (params) => {
      const asOf = await dayOf(params);
      const from = String(params['from']);
      if (from >= asOf) throw invalidParameter('from', `use a day before ${asOf} (got ${from})`);
      const { meta, ...rest } = answer('RollLine', { asOf }, await book.roll(asOf, from));
      return { ...rest, meta: { ...meta, from } };
    },

    loans: async (params, _req, res) => {
      const of = await asked(params, res);
      const withTotals = of.inBase || params['totals'] === 'true';
      return Number(params['limit']) > LARGEST_PAGE
        ? readAllLoans(book, params, { of, res, withTotals })
        : readPage(book, params, { ...of, withTotals });
    },

    loan: async (params) => {
      const asOf = await dayOf(params);
      const report = await book.one(asOf, String(params['loan_id']));
      return { ...answer('Loan', { asOf }, report), data: report.rows[0] ?? {} };
    },

    loanHistory: async (params) => {
      const asOf = await dayOf(params);
      const loanId = String(params['loan_id']);
      return answer('LoanDay', { asOf }, await book.history(asOf, loanId));
    },
  };
}

/** Pages by key in the order of `loan_id`; with a filter or another order, by offset. */
async function readPage(book: BookQueries, params: Params, of: LoansAsOf): Promise<Result> {
  const limit = Number(params['limit']);
  const { filter, order, columns } = choiceOf(params);
  const isPlain = !order && Object.values(filter).every((one) => one === undefined);
  if (isPlain) {
    const after = decodeCursor(params['cursor'], [KEY_PART.text])?.[0] ?? null;
    const report = await book.page({ ...of, after, limit: limit + 1 });
    const { page, next_cursor } = cutPage(report.rows, limit, (row) => [String(row['loan_id'])]);
    return pageAnswer(of, { ...report, rows: page }, { columns, next_cursor });
  }
  const offset = Number(decodeCursor(params['cursor'], [KEY_PART.number])?.[0] ?? 0);
  const report = await book.matching({ ...of, filter, order, limit: limit + 1, offset });
  const { page, next_cursor } = cutPage(report.rows, limit, () => [String(offset + limit)]);
  return pageAnswer(of, { ...report, rows: page }, { columns, next_cursor });
}

/** A sheet has to know how many rows come: the totals say it, whether they are shown or not. */
async function readAllLoans(
  book: BookQueries,
  params: Params,
  { of, res, withTotals }: { of: LoansAsOf; res: Response; withTotals: boolean },
): Promise<Result> {
  const { filter, order, columns } = choiceOf(params);
  const report = await book.loans({ ...of, filter, order }, res);
  const shown = withTotals ? report : { ...report, totals: [] };
  const fileName = fileNameOf('loans', of.asOf, nameFilter(filter));
  return { ...longAnswer('Loan', of, { ...shown, ...(columns && { columns }) }), fileName };
}

function choiceOf(params: Params) {
  return {
    filter: filterOf(params),
    order: parse('sort', params['sort'], parseOrder),
    columns: parse('columns', params['columns'], parseColumns),
  };
}

const optional = (value: Params[string]) => (value === undefined ? undefined : String(value));

function filterOf(params: Params): LoanFilter {
  const minDays = params['min_days'];
  return {
    status: optional(params['status']),
    branch: optional(params['branch']),
    currency: optional(params['currency']),
    minDays: minDays === undefined ? undefined : Number(minDays),
    find: optional(params['find']),
  };
}

/** Reads a parameter that the contract describes only in part. */
function parse<Parsed>(
  name: string,
  value: Params[string],
  read: (text: string) => Parsed,
): Parsed | undefined {
  if (value === undefined) return undefined;
  try {
    return read(String(value));
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    throw invalidParameter(name, error.message.replace(`${name}: `, ''));
  }
}

function pageAnswer(
  of: AsOf,
  report: Report & { count: number },
  { columns, next_cursor }: { columns: Report['columns'] | undefined; next_cursor: string | null },
): Result {
  const { meta, ...rest } = answer('Loan', of, {
    ...report,
    ...(columns && { columns, rows: report.rows.map((row) => pick(row, columns)) }),
  });
  return { ...rest, meta: { ...meta, count: report.count, next_cursor } };
}

const pick = (row: Row, columns: Report['columns']): Row =>
  Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]));

function answer(item: string, of: AsOf, { rows, ...report }: Report): Result {
  return { ...describe(item, of, report), data: rows };
}

function longAnswer(item: string, of: AsOf, { rows, ...report }: LongReport): Result {
  const { table, ...rest } = describe(item, of, report);
  return { ...rest, table: { ...table, count: report.count }, stream: rows };
}

function describe(item: string, { asOf }: AsOf, report: Omit<Report, 'rows'>) {
  const { name, columns, totals, notes, book, rates } = report;
  return {
    item,
    data: [],
    meta: { as_of: asOf, ...book, totals, notes, ...(rates && { rates }) },
    table: { columns, totals, notes },
    fileName: fileNameOf(name, asOf),
    headers: { 'X-Report-Notes': headerOf(notes) },
  };
}

/** Notes as one header: plain ASCII, bounded. */
const headerOf = (notes: readonly string[]) =>
  notes
    .join(' | ')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, MAX_HEADER);
