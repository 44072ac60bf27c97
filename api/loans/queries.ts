import type { Database } from '../../platform/database.ts';
import { query, queryRow } from '../../platform/sql.ts';
import { historyReport, missedReport } from '../../reports/arrears.ts';
import { type BookStatus, readBookStatus } from '../../reports/book-notes.ts';
import { type Conversion, readConversion } from '../../reports/conversion.ts';
import {
  type LoanFilter,
  type LoanOrder,
  loanPage,
  loanReport,
  oneLoan,
} from '../../reports/loans.ts';
import { parReport, rollReport } from '../../reports/portfolio.ts';
import { readBook } from '../../reports/read-book.ts';
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
  readonly limit?: number | null;
  readonly offset?: number;
  readonly withTotals: boolean;
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
  return {
    /** Today by the ledger's clock, UTC. */
    today: async (): Promise<string> =>
      (await withRequestTimeout(queryRow<{ today: string }>(db, TODAY))).today,
    status: (today: string): Promise<BookStatus> =>
      read({ asOf: today }, (book) => readBookStatus(book, today)),
    loans: ({ asOf, inBase = false, ...options }: LoansQuery) =>
      read({ asOf, inBase }, (book, conversion) =>
        loanReport(book, asOf, { ...options, conversion }),
      ),
    page: ({ asOf, inBase = false, ...options }: LoanPageQuery) =>
      options.withTotals
        ? read({ asOf, inBase }, (book, conversion) =>
            loanPage(book, asOf, { ...options, conversion }),
          )
        : readBook(reports, (book) => loanPage(book, asOf, options)),
    one: (asOf: string, loanId: string) => readBook(reports, (book) => oneLoan(book, asOf, loanId)),
    missed: ({
      asOf,
      inBase = false,
      ...options
    }: AsOf & { loanId?: string | undefined; withTotals: boolean }) =>
      read({ asOf, inBase }, (book, conversion) =>
        missedReport(book, asOf, { ...options, conversion }),
      ),
    par: (of: AsOf) => read(of, (book, conversion) => parReport(book, of.asOf, conversion)),
    history: (asOf: string, loanId: string) =>
      readBook(reports, (book) => historyReport(book, asOf, loanId)),
    roll: (asOf: string, from: string) => read({ asOf }, (book) => rollReport(book, asOf, from)),
  };
}
