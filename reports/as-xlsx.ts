import type { Column, Report, Row, Value } from './report.ts';
import { safeText } from './safe-text.ts';

/** A spreadsheet keeps 15 digits of a number; what has more stays text, digit for digit. */
const MOST_DIGITS = 15;

/** A table under the name of its sheet. */
type Sheet = Omit<Report, 'name'> & { name: string };

/** Writes a workbook with a sheet for each report: real days and numbers, a header that stays in sight, totals and notes below. */
export async function asXlsx(reports: readonly Sheet[]): Promise<Buffer> {
  // Loaded when the first workbook is asked for: its 78 modules are a tenth of a start.
  const { default: writeExcelFile } = await import('write-excel-file/node');
  return writeExcelFile(
    reports.map((report) => ({
      sheet: report.name,
      data: sheetOf(report),
      columns: report.columns.map(({ name }) => ({ width: Math.max(12, name.length + 2) })),
      stickyRowsCount: 1,
    })),
  ).toBuffer();
}

function sheetOf({ columns, rows, totals, notes }: Sheet) {
  const header = columns.map(({ name }) => ({ value: name, fontWeight: 'bold' as const }));
  const body = rows.map((row) => columns.map((column) => cell(column, row[column.name])));
  const sums = totals.map(({ label, sums }) => {
    const line: Row = { ...sums };
    return columns.map((column, at) => {
      const filled = at === 0 ? { value: label, type: String } : cell(column, line[column.name]);
      return filled && { ...filled, fontWeight: 'bold' as const };
    });
  });
  return [header, ...body, ...sums, ...notes.map((note) => [{ value: note, type: String }])];
}

function cell({ kind }: Column, value: Value | undefined) {
  if (value === null || value === undefined) return null;
  const text = String(value);
  if (kind === 'day')
    return { value: new Date(`${text}T00:00:00Z`), type: Date, format: 'yyyy-mm-dd' };
  if (kind === 'text') return { value: safeText(text), type: String };
  if (text.replace(/^0\.|\D/g, '').length > MOST_DIGITS) return { value: text, type: String };
  const format = kind === 'integer' ? '0' : `0.${'0'.repeat(text.split('.')[1]?.length ?? 0)}`;
  return { value: Number(text), type: Number, format };
}
