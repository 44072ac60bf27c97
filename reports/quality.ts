import type { Database } from '../platform/database.ts';
import { query, queryRow, sqlFile } from '../platform/sql.ts';
import { columnsOf, type Row, type Table } from './report.ts';

const QUALITY = sqlFile(import.meta.url, 'sql/quality.sql');
const TOLERANCE = 'select trim_scale(tolerance * 100)::text as percent from quality_settings';

const COLUMNS = columnsOf({
  rate_date: 'day',
  currency: 'text',
  rate: 'decimal',
  source: 'text',
  observed_at: 'instant',
  second_source: 'text',
  second_rate: 'decimal',
  second_observed_at: 'instant',
  difference: 'decimal',
  suspect: 'boolean',
  diverges: 'boolean',
});

/** Rates, not loans: what was used, from whom, and what the second source said. */
export interface QualityReport extends Table {
  readonly name: 'quality';
}

/** One currency and day. */
export type Quality = Row & { readonly rate_date: string; readonly quote: string };

/** The quality of rates from `from` to `to`, oldest first: a page of it, or all. */
export function readQuality(
  db: Database,
  days: { readonly from: string; readonly to: string },
  {
    quotes = null,
    after,
    limit = null,
  }: {
    readonly quotes?: readonly string[] | null;
    /** Day and currency of the last row of the page before. */
    readonly after?: readonly string[] | null;
    readonly limit?: number | null;
  } = {},
): Promise<Quality[]> {
  const [day = null, quote = null] = after ?? [];
  return query<Quality>(db, QUALITY, { ...days, quotes, day, quote, limit });
}

/** The rate of each day from `from` to `to` and each currency, for auditors. */
export async function qualityReport(
  db: Database,
  days: { from: string; to: string },
): Promise<QualityReport> {
  const rows = (await readQuality(db, days)).map(
    ({ quote, ...row }): Row => ({ ...row, currency: quote }),
  );
  const { percent } = await queryRow<{ percent: string }>(db, TOLERANCE);
  const count = (name: string) => rows.filter((row) => row[name] !== null && row[name]).length;
  const note =
    `${rows.length} rates, ${count('second_source')} with a second source; ` +
    `diverging by more than ${percent} %: ${count('diverges')}; suspect: ${count('suspect')}.`;
  return { name: 'quality', columns: COLUMNS, rows, totals: [], notes: [note] };
}
