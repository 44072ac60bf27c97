import type { ServerResponse } from 'node:http';
import type { Database } from '../../platform/database.ts';
import { query, queryRow } from '../../platform/sql.ts';
import { historyReport, missedReport } from '../../reports/arrears.ts';
import { type BookStatus, bookStatusReader } from '../../reports/book-notes.ts';
import { type Conversion, readConversion } from '../../reports/conversion.ts';
import type { LoanFilter } from '../../reports/loan-filter.ts';
import {
  type LoanOrder,
  loanPage,
  loanReport,
  matchingLoans,
  oneLoan,
} from '../../reports/loans.ts';
import { parReport, rollReport } from '../../reports/portfolio.ts';
import { closeBook, openBook, readBook } from '../../reports/read-book.ts';
import type { LongReport } from '../../reports/report.ts';
import { withRequestTimeout } from '../http/request-timeout.ts';

/** The day at whose close the book is looked at, and whether in USD too. */
export interface AsOf {
  readonly asOf: string;
  readonly inBase?: boolean;
}
export interface LoanPageQuery extends AsOf {
  readonly after: string | null;
  readonly limit: number;
  readonly withTotals: boolean;
}
export interface LoansQuery extends AsOf {
  readonly filter?: LoanFilter;
  readonly order?: LoanOrder | undefined;
  readonly withTotals: boolean;
}

interface Page {
  readonly limit: number;
  readonly offset: number;
}

export type BookQueries = ReturnType<typeof bookQueries>;

const TODAY = `select cast(ledger_now() at time zone 'UTC' as date) as today`;

/**
 * The loan book, each answer from one state of it. `reports` is a pool with the deadlines of a
 * report, for whatever works through the whole book; the rest is as quick as a rate.
 */
export function bookQueries(db: Database, reports: Database) {
  const read = async <Result>(
    { asOf, inBase }: AsOf,
    report: (book: Database, conversion?: Conversion) => Promise<Result>,
  ): Promise<Result> => {
    // Fails at once when the database is unreachable: what follows may take as long as a report.
    await withRequestTimeout(query(db, 'select 1'));
    return readBook(reports, async (book) =>
      report(book, inBase ? await readConversion(book, asOf) : undefined),
    );
  };
  const readStatus = bookStatusReader();
  const stream = streamFrom(reports, () => withRequestTimeout(query(db, 'select 1')));
  return {
    /** Today by the ledger's clock, UTC. */
    today: async (): Promise<string> =>
      (await withRequestTimeout(queryRow<{ today: string }>(db, TODAY))).today,
    status: (today: string): Promise<BookStatus> =>
      readBook(reports, (book) => readStatus(book, today)),
    loans: ({ asOf, inBase = false, ...options }: LoansQuery, res: ServerResponse) =>
      stream({ asOf, inBase, res }, (book, conversion) =>
        loanReport(book, asOf, { ...options, conversion }),
      ),
    matching: ({ asOf, inBase = false, ...options }: LoansQuery & Page) =>
      read({ asOf, inBase }, (book, conversion) =>
        matchingLoans(book, asOf, { ...options, conversion }),
      ),
    page: ({ asOf, inBase = false, ...options }: LoanPageQuery) =>
      options.withTotals
        ? read({ asOf, inBase }, (book, conversion) =>
            loanPage(book, asOf, { ...options, conversion }),
          )
        : readBook(reports, (book) => loanPage(book, asOf, options)),
    one: (asOf: string, loanId: string) => readBook(reports, (book) => oneLoan(book, asOf, loanId)),
    missed: (
      {
        asOf,
        inBase = false,
        ...options
      }: AsOf & { loanId?: string | undefined; withTotals: boolean },
      res: ServerResponse,
    ) =>
      stream({ asOf, inBase, res }, (book, conversion) =>
        missedReport(book, asOf, { ...options, conversion }),
      ),
    par: (of: AsOf) => read(of, (book, conversion) => parReport(book, of.asOf, conversion)),
    history: (asOf: string, loanId: string) =>
      readBook(reports, (book) => historyReport(book, asOf, loanId)),
    roll: (asOf: string, from: string) => read({ asOf }, (book) => rollReport(book, asOf, from)),
  };
}

/** A report that is read while it is sent: the book stays as it is until `res` is closed. */
function streamFrom(reports: Database, check: () => Promise<unknown>) {
  return async (
    { asOf, inBase, res }: AsOf & { res: ServerResponse },
    report: (book: Database, conversion?: Conversion) => Promise<LongReport>,
  ): Promise<LongReport> => {
    await check();
    const book = await openBook(reports);
    if (res.closed) await closeBook(book);
    else res.once('close', () => void closeBook(book));
    const long = await report(book, inBase ? await readConversion(book, asOf) : undefined);
    // Reading the first rows works the report out: a failure is still a response of its own.
    const rows = long.rows[Symbol.asyncIterator]();
    const first = await rows.next();
    return { ...long, rows: resume(first, rows) };
  };
}

async function* resume<Item>(
  first: IteratorResult<Item>,
  rest: AsyncIterator<Item>,
): AsyncGenerator<Item> {
  for (let next = first; !next.done; next = await rest.next()) yield next.value;
}
