import { stringify } from 'csv-stringify/sync';
import { batchesOf, type Row, type Table } from './report.ts';

/**
 * Writes the rows of a report, header first, decimals digit for digit. Totals are left out: a
 * program that reads the file would add them up.
 */
export async function* asCsv({
  columns,
  rows,
}: Pick<Table, 'columns' | 'rows'>): AsyncGenerator<string> {
  const cells = (row: Row) =>
    columns.map(({ name, kind }) => {
      const value = row[name];
      if (value === null || value === undefined) return null;
      return kind === 'text' ? escapeFormula(String(value)) : String(value);
    });
  // The writer quotes for its own line end only; a lone CR would end a line for others.
  const write = (lines: (string | null)[][]) => stringify(lines, { quoted_match: /\r/ });
  yield write([columns.map(({ name }) => name)]);
  for await (const batch of batchesOf(rows)) yield write(batch.map(cells));
}

/** Prevents formula injection: a spreadsheet shows the text instead of running it. */
export function escapeFormula(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}
