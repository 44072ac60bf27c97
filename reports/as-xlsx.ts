import currencyCodes from 'currency-codes';
import { InvalidRequest } from '../platform/errors.ts';
import { escapeFormula } from './as-csv.ts';
import type { Column, Row, Table, Value } from './report.ts';

// Limits of a spreadsheet: digits of a number, rows of a sheet, characters of a cell, and the
// first day on which all programs agree (Excel believes in 29 February 1900).
const MAX_DIGITS = 15;
const MAX_ROWS = 1_048_576;
const MAX_TEXT = 32_767;
const FIRST_DAY = '1900-03-01';

const CUT = '… [cut]';
const NARROWEST = 8;
const WIDEST = 60;
/** Fallback fonts are wider than the one that a column's width is measured by. */
const FONT_RESERVE = 1.15;
const FILTER_BUTTON = 3;

/** A table under the name of its sheet. */
export type Sheet = Table & { readonly name: string };

/**
 * Writes a workbook with a sheet for each report: columns as wide as their content, real days,
 * instants, booleans and numbers, a frozen header with filters, totals and notes below.
 * Throws InvalidRequest when a report has more rows than a sheet holds.
 */
export async function asXlsx(sheets: readonly Sheet[]): Promise<Buffer> {
  for (const { name, rows, totals, notes } of sheets)
    if (rows.length + totals.length + notes.length + 1 > MAX_ROWS)
      throw new InvalidRequest(
        `${name} has ${rows.length} rows and a sheet holds ${MAX_ROWS}: use CSV`,
      );
  // Loaded with the first workbook: its 78 modules are a tenth of a start.
  const { default: writeExcelFile } = await import('write-excel-file/node');
  const filters = {
    files: {
      transform: {
        'xl/worksheets/sheet{id}.xml': {
          transform: (xml: string, _: unknown, { sheetIndex }: { sheetIndex: number }) =>
            addFilters(xml, sheets[sheetIndex] as Sheet),
        },
      },
    },
  };
  return writeExcelFile(
    sheets.map((sheet) => ({
      sheet: sheet.name,
      ...layOut(sheet),
      stickyRowsCount: 1,
    })),
    { features: [filters] },
  ).toBuffer();
}

function layOut({ columns, rows, totals, notes }: Sheet) {
  const widths = columns.map(({ name }) => name.length + FILTER_BUTTON);
  const line = (row: Row, more: object = {}) => {
    const currency = typeof row['currency'] === 'string' ? row['currency'] : null;
    return columns.map((column, at) => {
      const cell = cellOf(column, row[column.name], currency);
      widths[at] = Math.max(widths[at] ?? 0, cell?.width ?? 0);
      return cell && { ...cell.filled, ...more };
    });
  };
  const bold = { fontWeight: 'bold' as const };
  const sums = totals.map(({ label, currency, sums: own }) => {
    const [, ...cells] = line({ ...own, currency }, bold);
    widths[0] = Math.max(widths[0] ?? 0, label.length);
    return [{ value: label, type: String, ...bold }, ...cells];
  });
  const data = [
    columns.map(({ name }) => ({ value: name, type: String, ...bold })),
    ...rows.map((row) => line(row)),
    ...sums,
    ...notes.map((note) => [{ value: note, type: String }]),
  ];
  const wide = (width: number) => Math.ceil(width * FONT_RESERVE) + 2;
  return {
    data,
    columns: widths.map((width) => ({
      width: Math.min(WIDEST, Math.max(NARROWEST, wide(width))),
    })),
  };
}

/** A cell, and how many characters it shows. */
function cellOf({ kind }: Column, value: Value | undefined, currency: string | null) {
  if (value === null || value === undefined) return null;
  const text = String(value);
  if (kind === 'boolean')
    return { width: 5, filled: { value: text === 'true', type: Boolean as BooleanConstructor } };
  if ((kind === 'day' || kind === 'instant') && text >= FIRST_DAY) {
    const format = kind === 'day' ? 'yyyy-mm-dd' : 'yyyy-mm-dd hh:mm:ss';
    return { width: format.length, filled: { value: new Date(text), type: Date, format } };
  }
  const isNumber = ['integer', 'decimal', 'money', 'share'].includes(kind);
  if (!isNumber || text.replace(/^-?0\.|\D/g, '').length > MAX_DIGITS) return textCell(text);
  const format = numberFormat(kind, text, currency);
  return {
    width: numberWidth(text, format),
    filled: { value: Number(text), type: Number, format },
  };
}

function textCell(text: string) {
  const safe = escapeFormula(text);
  const value = safe.length > MAX_TEXT ? `${safe.slice(0, MAX_TEXT - CUT.length)}${CUT}` : safe;
  return { width: value.length, filled: { value, type: String } };
}

function numberFormat(kind: Column['kind'], text: string, currency: string | null): string {
  if (kind === 'integer') return '0';
  if (kind === 'share') return '0.00%';
  const places =
    kind === 'money'
      ? (currencyCodes.code(currency ?? '')?.digits ?? 2)
      : (text.split('.')[1]?.length ?? 0);
  return places === 0 ? '#,##0' : `#,##0.${'0'.repeat(places)}`;
}

function numberWidth(text: string, format: string): number {
  const whole = text.split('.')[0]?.length ?? 0;
  const places = format.split('.')[1]?.length ?? 0;
  const commas = format.startsWith('#') ? Math.floor((whole - 1) / 3) : 0;
  return whole + commas + places + 1;
}

/** The library has no filters; they belong right behind the rows. */
function addFilters(xml: string, { columns, rows }: Sheet): string {
  const range = `A1:${columnLetters(columns.length)}${rows.length + 1}`;
  return xml.replace('</sheetData>', `</sheetData><autoFilter ref="${range}"/>`);
}

/** 1 → A, 27 → AA. */
function columnLetters(place: number): string {
  const letter = String.fromCharCode(65 + ((place - 1) % 26));
  return place > 26 ? `${columnLetters(Math.floor((place - 1) / 26))}${letter}` : letter;
}
