import type { Report, Row, Value } from './report.ts';

/** Writes a report for a person: columns aligned, numbers to the right, totals and notes below. */
export function asTable({ columns, rows, totals, notes }: Omit<Report, 'name'>): string {
  const lines: Row[] = totals.map(({ label, sums }) => ({
    [columns[0]?.name ?? '']: label,
    ...sums,
  }));
  const widths = columns.map(({ name }) => {
    let width = name.length;
    for (const row of [...rows, ...lines]) width = Math.max(width, shown(row[name]).length);
    return width;
  });
  const line = (cells: (name: string) => string) =>
    columns
      .map(({ name, kind }, at) => {
        const width = widths[at] ?? 0;
        return kind === 'integer' || kind === 'decimal'
          ? cells(name).padStart(width)
          : cells(name).padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const body = rows.map((row) => line((name) => shown(row[name])));
  const sums = lines.map((row) => line((name) => shown(row[name])));
  return `${[line((name) => name), rule, ...body, ...(sums.length > 0 ? [rule, ...sums] : []), ...notes].join('\n')}\n`;
}

/** Control characters could redraw the terminal that the table is shown on. */
function shown(value: Value | undefined): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
  return String(value ?? '').replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
