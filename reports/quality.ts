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

/** The rate of each day from `from` to `to` and each currency, for auditors. */
export async function qualityReport(
  db: Database,
  { from, to }: { from: string; to: string },
): Promise<QualityReport> {
  const rows = await query<Row>(db, QUALITY, { from, to });
  const { percent } = await queryRow<{ percent: string }>(db, TOLERANCE);
  const count = (name: string) => rows.filter((row) => row[name] !== null && row[name]).length;
  const note =
    `${rows.length} rates, ${count('second_source')} with a second source; ` +
    `diverging by more than ${percent} %: ${count('diverges')}; suspect: ${count('suspect')}.`;
  return { name: 'quality', columns: COLUMNS, rows, totals: [], notes: [note] };
}
