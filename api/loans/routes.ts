import type { Response } from 'express';
import { InvalidRequest } from '../../platform/errors.ts';
import { type LoanFilter, parseColumns, parseOrder } from '../../reports/loans.ts';
import type { Report, Row } from '../../reports/report.ts';
import type { Answer } from '../http/formats.ts';
import type { Handler } from '../http/operations.ts';
import { KEY_PART, keyIn, pageOf } from '../http/paging.ts';
import type { Question } from '../http/params.ts';
import { Refused } from '../http/problems.ts';
import type { AsOf, BookQueries } from './queries.ts';

/** More rows than a page of JSON has: a table, which has every row. */
const LARGEST_PAGE = 1000;
const MAX_HEADER = 2000;

/** The loan book as of the close of any day. */
export function loansHandlers(book: BookQueries): Record<string, Handler> {
  const dayOf = async ({ as_of }: Question) => (as_of === undefined ? book.today() : String(as_of));
  /** A CSV has no totals: nothing would be in USD. */
  const asked = async (question: Question, res: Response) => {
    const isCsv = res.locals['format'] === 'text/csv';
    const inBase = question['in'] !== undefined;
    if (isCsv && inBase)
      throw invalid('in', 'a CSV has no totals to convert: use JSON or XLSX, or /v2/reports/par');
    return { asOf: await dayOf(question), inBase, withTotals: !isCsv };
  };
  return {
    loanBook: async () => {
      const today = await book.today();
      return { item: 'LoanBook', data: await book.status(today), meta: {} };
    },

    loansReport: async (question, _req, res) => {
      const of = await asked(question, res);
      return answer('Loan', of, await book.loans(of));
    },

    parReport: async (question) => {
      const of = { asOf: await dayOf(question), inBase: question['in'] !== undefined };
      return answer('ParLine', of, await book.par(of));
    },

    missedReport: async (question, _req, res) => {
      const of = await asked(question, res);
      const loanId = optional(question['loan_id']);
      return answer('MissedPayment', of, await book.missed({ ...of, loanId }));
    },

    rollReport: async (question) => {
      const asOf = await dayOf(question);
      const from = String(question['from']);
      if (from >= asOf) throw invalid('from', `expected a day before ${asOf}, got ${from}`);
      const { meta, ...rest } = answer('RollLine', { asOf }, await book.roll(asOf, from));
      return { ...rest, meta: { ...meta, from } };
    },

    loans: async (question, _req, res) => {
      const { asOf, inBase } = await asked(question, res);
      const limit = Number(question['limit']);
      const withTotals = inBase || question['totals'] === 'true';
      const filter = filterOf(question);
      const order = parse('sort', question['sort'], parseOrder);
      const columns = parse('columns', question['columns'], parseColumns);
      const isPlain = !order && Object.values(filter).every((one) => one === undefined);
      const of = { asOf, inBase, withTotals };
      if (isPlain && limit <= LARGEST_PAGE) {
        const after = keyIn(question['cursor'], [KEY_PART.text])?.[0] ?? null;
        const report = await book.page({ ...of, after, limit: limit + 1 });
        const { page, next_cursor } = pageOf(report.rows, limit, (row) => [String(row['loan_id'])]);
        return loansAnswer(of, { ...report, rows: page }, { columns, next_cursor });
      }
      const offset = Number(keyIn(question['cursor'], [KEY_PART.number])?.[0] ?? 0);
      const rows = limit <= LARGEST_PAGE ? limit + 1 : null;
      const report = await book.loans({ ...of, filter, order, limit: rows, offset });
      const { page, next_cursor } = pageOf(report.rows, rows === null ? Infinity : limit, () => [
        String(offset + limit),
      ]);
      return loansAnswer(of, { ...report, rows: page }, { columns, next_cursor });
    },

    loan: async (question) => {
      const asOf = await dayOf(question);
      const report = await book.one(asOf, String(question['loan_id']));
      return { ...answer('Loan', { asOf }, report), data: report.rows[0] ?? {} };
    },

    loanHistory: async (question) => {
      const asOf = await dayOf(question);
      const loanId = String(question['loan_id']);
      return answer('LoanDay', { asOf }, await book.history(asOf, loanId));
    },
  };
}

const optional = (value: Question[string]) => (value === undefined ? undefined : String(value));

function filterOf(question: Question): LoanFilter {
  const minDays = question['min_days'];
  return {
    status: optional(question['status']),
    branch: optional(question['branch']),
    currency: optional(question['currency']),
    minDays: minDays === undefined ? undefined : Number(minDays),
    find: optional(question['find']),
  };
}

/** Reads a parameter that the contract describes only in part. */
function parse<Parsed>(
  name: string,
  value: Question[string],
  read: (text: string) => Parsed,
): Parsed | undefined {
  if (value === undefined) return undefined;
  try {
    return read(String(value));
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    throw invalid(name, error.message.replace(`${name}: `, ''));
  }
}

function invalid(name: string, reason: string): Refused {
  const detail = `${name}: ${reason}`;
  return new Refused('invalid-parameter', detail, {
    errors: [{ detail, pointer: `#/query/${name}` }],
  });
}

function loansAnswer(
  of: AsOf,
  report: Report & { count: number },
  { columns, next_cursor }: { columns: Report['columns'] | undefined; next_cursor: string | null },
): Answer {
  const { meta, ...rest } = answer('Loan', of, {
    ...report,
    ...(columns && { columns, rows: report.rows.map((row) => pick(row, columns)) }),
  });
  return { ...rest, meta: { ...meta, count: report.count, next_cursor } };
}

const pick = (row: Row, columns: Report['columns']): Row =>
  Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]));

function answer(item: string, { asOf }: AsOf, report: Report): Answer {
  const { name, columns, rows, totals, notes, book, rates } = report;
  return {
    item,
    data: rows,
    meta: { as_of: asOf, ...book, totals, notes, ...(rates && { rates }) },
    table: { columns, totals, notes },
    fileName: `loan-book_${name}_${asOf}`,
    headers: { 'X-Report-Notes': headerOf(notes) },
  };
}

/** Notes as one header: plain ASCII, bounded. */
const headerOf = (notes: readonly string[]) =>
  notes
    .join(' | ')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, MAX_HEADER);
