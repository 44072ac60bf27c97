import type { Column, Row, Table, Value } from './report.ts';

const FIGURES = new Set<Column['kind']>(['integer', 'decimal', 'money', 'share']);
const GAP = 2;

/** Aligned text for a terminal: numbers to the right, totals and notes below. */
export function asTable({ columns, rows, totals, notes }: Table): string {
  const sums: Row[] = totals.map((total) => ({
    [columns[0]?.name ?? '']: total.label,
    ...total.sums,
  }));
  const widths = columns.map((column) => widthOf(column, [...rows, ...sums]));
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
  const write = (row: Row) => line((name) => print(row[name]));
  return [
    line((name) => name),
    rule,
    ...rows.map(write),
    ...(sums.length > 0 ? [rule, ...sums.map(write)] : []),
    ...notes,
    '',
  ].join('\n');
}

/**
 * The columns that fit a terminal of `width` characters, in their own order; which go first is
 * given by `priority`, others are left out. The first of `priority` is always there.
 */
export function fitColumns(
  { columns, rows, totals }: Table,
  priority: readonly string[],
  width: number,
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

/** Control characters could redraw the terminal. */
function print(value: Value | undefined): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
  return String(value ?? '').replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
