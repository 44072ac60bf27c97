import { stringify } from 'csv-stringify/sync';
import { batchesOf, type Column, type Row, type Table, type Value } from './report.ts';

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

const FIGURES = new Set<Column['kind']>(['integer', 'decimal', 'average', 'money', 'share']);
const GAP = 2;

/** Which columns go first into a terminal of `width` characters. */
interface Fit {
  readonly priority: readonly string[];
  readonly width: number;
}

/**
 * Aligned text for a terminal: numbers to the right, totals and notes below. The first rows decide
 * how wide the columns are, and with `fit` which of them are shown.
 */
export async function* asTable(
  { columns: all, rows, totals, notes }: Table,
  fit?: Fit,
): AsyncGenerator<string> {
  const batches = batchesOf(rows);
  const first: readonly Row[] = (await batches.next()).value ?? [];
  const columns = fit ? fitColumns({ columns: all, rows: first, totals }, fit) : all;
  const sums: Row[] = totals.map((total) => ({
    [columns[0]?.name ?? '']: total.label,
    ...total.sums,
  }));
  const widths = columns.map((column) => widthOf(column, [...first, ...sums]));
  const line = (cell: (name: string) => string) =>
    columns
      .map(({ name, kind }, at) =>
        FIGURES.has(kind)
          ? cell(name).padStart(widths[at] ?? 0)
          : cell(name).padEnd(widths[at] ?? 0),
      )
      .join(' '.repeat(GAP))
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join(' '.repeat(GAP));
  const lines = (some: readonly Row[]) =>
    some.map((row) => `${line((name) => print(row[name]))}\n`).join('');
  yield `${line((name) => name)}\n${rule}\n${lines(first)}`;
  if (first.length === 0) yield 'No rows: choose another day (--as-of) or fewer filters.\n';
  for await (const batch of batches) yield lines(batch);
  if (sums.length > 0) yield `${rule}\n${lines(sums)}`;
  for (const note of notes) yield `${note}\n`;
}

/** The columns that fit, in their own order. The first of `priority` is always there. */
function fitColumns(
  { columns, rows, totals }: Pick<Table, 'columns' | 'totals'> & { rows: readonly Row[] },
  { priority, width }: Fit,
): Column[] {
  const kept = new Set<string>();
  let left = width + GAP;
  for (const name of priority) {
    const column = columns.find((one) => one.name === name);
    if (!column) continue;
    const labels = kept.size === 0 ? totals.map(({ label }) => ({ [name]: label })) : [];
    left -= widthOf(column, [...rows, ...totals.map(({ sums }) => sums), ...labels]) + GAP;
    if (left < 0 && kept.size > 0) break;
    kept.add(name);
  }
  return columns.filter(({ name }) => kept.has(name));
}

function widthOf({ name }: Column, rows: readonly Row[]): number {
  let width = name.length;
  for (const row of rows) width = Math.max(width, print(row[name]).length);
  return width;
}

/** Control and direction characters could redraw the terminal. */
function print(value: Value | undefined): string {
  return String(value ?? '').replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    ' ',
  );
}
