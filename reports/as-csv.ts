import { stringify } from 'csv-stringify/sync';
import type { Report, Row } from './report.ts';
import { safeText } from './safe-text.ts';

/** Writes the rows of a report, header first, decimals digit for digit. Totals stay out: a program that reads it would add them up. */
export function asCsv({ columns, rows }: Pick<Report, 'columns' | 'rows'>): string {
  const cells = (row: Row) =>
    columns.map(({ name, kind }) =>
      kind === 'text' && row[name] !== null ? safeText(String(row[name])) : row[name],
    );
  // The writer quotes for its own line end only; a lone CR would end a line for others.
  return stringify([columns.map(({ name }) => name), ...rows.map(cells)], { quoted_match: /\r/ });
}
