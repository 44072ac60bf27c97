import type { Readable } from 'node:stream';
import currencyCodes from 'currency-codes';
import decimal from 'decimal.js-light';
import { InvalidRequest } from '../platform/errors.ts';
import { escapeFormula } from './as-text.ts';
import { batchesOf, type Column, type Row, type Table, type Value } from './report.ts';
import { type Cell, type SheetParts, writeWorkbook } from './workbook.ts';

// CommonJS: Node finds no named exports in it.
const { Decimal } = decimal;

// Limits of a spreadsheet: digits of a number, rows of a sheet, characters of a cell, and the
// first day on which all programs agree (Excel believes in 29 February 1900).
const MAX_DIGITS = 15;
const AVERAGE_PLACES = 10;
const MAX_ROWS = 1_048_576;
const MAX_TEXT = 32_767;
const FIRST_DAY = '1900-03-01';

const CUT = '… [cut]';
const NARROWEST = 8;
const WIDEST = 60;
/** Fallback fonts are wider than the one that a column's width is measured by. */
const FONT_RESERVE = 1.15;
const FILTER_BUTTON = 3;
/** Rows by which a long sheet's columns are measured, and the least width of its amounts. */
const MEASURED_ROWS = 1000;
const WIDE_AMOUNT = '999,999,999,999.99'.length;
const DAY_MS = 86_400_000;
/** 1970-01-01 as a spreadsheet counts days. */
const UNIX_EPOCH = 25_569;

/** A table under the name of its sheet; `count` says how many rows come where they are streamed. */
export type Sheet = Table & { readonly name: string; readonly count?: number | null };

/**
 * Writes a workbook with a sheet for each report, row by row: columns as wide as their content,
 * real days, instants, booleans and numbers, a frozen header with filters, totals and notes below.
 * Throws InvalidRequest when a report has more rows than a sheet holds.
 */
export function asXlsx(sheets: readonly Sheet[]): Readable {
  for (const { name, rows, count, totals, notes } of sheets) {
    const number = 'length' in rows ? rows.length : (count ?? 0);
    if (number + totals.length + notes.length + 1 > MAX_ROWS)
      throw new InvalidRequest(`${name} has ${number} rows and a sheet holds ${MAX_ROWS}: use CSV`);
  }
  return writeWorkbook(sheets.map((sheet) => ({ name: sheet.name, layOut: () => layOut(sheet) })));
}

async function layOut({ columns, rows, totals, notes }: Sheet): Promise<SheetParts> {
  const widths = columns.map(({ name }) => name.length + FILTER_BUTTON);
  const cells = (row: Row, isBold = false) => {
    const currency = typeof row['currency'] === 'string' ? row['currency'] : null;
    return columns.map((column) => cellOf(column, row[column.name], { currency, isBold }));
  };
  const measure = (line: readonly (Cell | null)[]) => {
    for (const [at, cell] of line.entries())
      widths[at] = Math.max(widths[at] ?? 0, cell?.width ?? 0);
    return line;
  };
  const batches = batchesOf(rows);
  const first: readonly Row[] = (await batches.next()).value ?? [];
  const head = first.map((row) => measure(cells(row)));
  const below = totals.map(({ label, currency, sums }) => {
    const [, ...amounts] = cells({ ...sums, currency }, true);
    return measure([textCell(label, true), ...amounts]);
  });
  if (first.length >= MEASURED_ROWS)
    for (const [at, { kind }] of columns.entries())
      if (kind === 'money') widths[at] = Math.max(widths[at] ?? 0, WIDE_AMOUNT);
  async function* lines() {
    yield head;
    for await (const batch of batches) yield batch.map((row) => cells(row));
  }
  return {
    widths: widths.map((width) =>
      Math.min(WIDEST, Math.max(NARROWEST, Math.ceil(width * FONT_RESERVE) + 2)),
    ),
    header: columns.map(({ name }) => textCell(name, true)),
    rows: lines(),
    below: [...below, ...notes.map((note) => [textCell(note)])],
  };
}

function cellOf(
  { kind }: Column,
  value: Value | undefined,
  { currency, isBold }: { currency: string | null; isBold: boolean },
): Cell | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean')
    return { width: 5, type: 'boolean', value: value ? '1' : '0', isBold };
  const text = kind === 'average' ? roundAverage(String(value)) : String(value);
  if ((kind === 'day' || kind === 'instant') && text >= FIRST_DAY) {
    const format = kind === 'day' ? 'yyyy-mm-dd' : 'yyyy-mm-dd hh:mm:ss';
    const days = String(Date.parse(text) / DAY_MS + UNIX_EPOCH);
    return { width: format.length, type: 'number', value: days, format, isBold };
  }
  const isNumber = ['integer', 'decimal', 'average', 'money', 'share'].includes(kind);
  if (!isNumber || text.replace(/^-?0\.|\D/g, '').length > MAX_DIGITS)
    return textCell(text, isBold);
  const format = numberFormat(kind, text, currency);
  return { width: numberWidth(text, format), type: 'number', value: text, format, isBold };
}

/** To 10 decimals, and to no more digits than a number holds; below 1 to as many as it holds. */
function roundAverage(text: string): string {
  const [whole = ''] = text.split('.');
  const places = whole === '0' ? MAX_DIGITS : Math.min(AVERAGE_PLACES, MAX_DIGITS - whole.length);
  return new Decimal(text).toDecimalPlaces(Math.max(0, places)).toFixed();
}

function textCell(text: string, isBold = false): Cell {
  const safe = escapeFormula(text);
  const value = safe.length > MAX_TEXT ? `${safe.slice(0, MAX_TEXT - CUT.length)}${CUT}` : safe;
  return { width: value.length, type: 'text', value, isBold };
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
