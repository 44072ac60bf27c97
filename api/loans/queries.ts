import type { Database } from '../../platform/database.ts';
import { arrearsHistory } from '../../reports/arrears-history.ts';
import type { Conversion } from '../../reports/in-base.ts';
import { loanSummary } from '../../reports/loan-summary.ts';
import { missedPayments } from '../../reports/missed-payment.ts';
import { par } from '../../reports/par.ts';
import { ratesOfDay } from '../../reports/rates-of-day.ts';
import { readBook } from '../../reports/read-book.ts';
import type { Report } from '../../reports/report.ts';
import { rollRates } from '../../reports/roll-rates.ts';
import { inTime } from '../http/request-timeout.ts';

/** As of the close of which day, and whether in USD too. */
export interface AsOf {
  readonly asOf: string;
  readonly inBase?: boolean;
}

export type BookQueries = ReturnType<typeof bookQueries>;

/** The figures of the loan book, each from one state of it. `reports` is a pool with the deadlines of a report. */
export function bookQueries(db: Database, reports: Database) {
  const read = async (
    { asOf, inBase }: AsOf,
    report: (book: Database, conversion?: Conversion) => Promise<Report>,
  ): Promise<Report> => {
    // Said at once when the database is away: what follows may take as long as a report.
    await inTime(db.raw('select 1'));
    return readBook(reports, async (book) =>
      report(book, inBase ? { asOf, rates: await ratesOfDay(book, asOf) } : undefined),
    );
  };
  return {
    /** Today by the ledger's clock, UTC. */
    today: async (): Promise<string> =>
      (await inTime(db.raw(`select (ledger_now() at time zone 'UTC')::date as today`))).rows[0]
        .today,
    loans: (of: AsOf) => read(of, (book, conversion) => loanSummary(book, of.asOf, conversion)),
    missed: (of: AsOf & { loanId?: string | undefined }) =>
      read(of, (book, conversion) =>
        missedPayments(book, of.asOf, { conversion, loanId: of.loanId }),
      ),
    par: (of: AsOf) => read(of, (book, conversion) => par(book, of.asOf, conversion)),
    history: (asOf: string, loanId: string) =>
      read({ asOf }, (book) => arrearsHistory(book, asOf, loanId)),
    roll: (asOf: string, from: string) => read({ asOf }, (book) => rollRates(book, asOf, from)),
  };
}
