import type { Database } from '../../platform/database.ts';
import { missedReport } from '../../reports/arrears.ts';
import { loanReport } from '../../reports/loans.ts';
import { readBook } from '../../reports/read-book.ts';
import { batchesOf, type LongReport, type Row, type Rows } from '../../reports/report.ts';

/** A report with all its rows in memory. */
export async function collect<Some extends { rows: Rows }>(
  report: Some,
): Promise<Omit<Some, 'rows'> & { rows: Row[] }> {
  const rows: Row[] = [];
  for await (const batch of batchesOf(report.rows)) rows.push(...batch);
  return { ...report, rows };
}

type Whole = Omit<LongReport, 'rows'> & { rows: Row[] };

export const readLoans = (
  db: Database,
  asOf: string,
  options: Parameters<typeof loanReport>[2] = {},
): Promise<Whole> => readBook(db, async (book) => collect(await loanReport(book, asOf, options)));

export const readMissed = (
  db: Database,
  asOf: string,
  options: Parameters<typeof missedReport>[2] = { withTotals: false },
): Promise<Whole> => readBook(db, async (book) => collect(await missedReport(book, asOf, options)));
