import { sqlFile } from '../platform/sql.ts';
import type { BookFacts } from './book-notes.ts';
import type { UsedRate } from './conversion.ts';

/** A cell: decimals, days and instants as text, whole numbers as numbers. */
export type Value = string | number | boolean | null;
export type Row = Readonly<Record<string, Value>>;

/**
 * `money` is shown with the minor units of the row's currency, `share` as a percentage; `average`
 * is a decimal of more digits than a sheet needs.
 */
export type Kind =
  | 'text'
  | 'day'
  | 'instant'
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'average'
  | 'money'
  | 'share';

export interface Column {
  readonly name: string;
  readonly kind: Kind;
}

/** One line under a report: sums by column name, null where a sum cannot be known. */
export interface TotalLine {
  readonly label: string;
  readonly currency: string | null;
  readonly sums: Readonly<Record<string, string | null>>;
}

/** The rows of a report: all at once, or a batch at a time while its transaction is open. */
export type Rows = readonly Row[] | AsyncIterable<readonly Row[]>;

/** Columns, rows and what is written below them: all that a format needs. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: Rows;
  readonly totals: readonly TotalLine[];
  /** Limits of the book, rates used, and why a total is missing. */
  readonly notes: readonly string[];
}

export interface Report extends Table {
  readonly name: 'loans' | 'missed' | 'par' | 'history' | 'roll';
  readonly rows: readonly Row[];
  readonly book: BookFacts;
  /** The rates of a conversion to USD. */
  readonly rates?: readonly UsedRate[];
}

/** A report of any length: its rows are read from the transaction as they are needed. */
export interface LongReport extends Omit<Report, 'rows'> {
  readonly rows: AsyncIterable<readonly Row[]>;
  /** How many rows there are, where totals were worked out. */
  readonly count: number | null;
}

/** The rows a batch at a time, however they come. */
export async function* batchesOf(rows: Rows): AsyncGenerator<readonly Row[]> {
  if (Symbol.asyncIterator in rows) yield* rows;
  else if (rows.length > 0) yield rows;
}

/** Declares the columns of a statement, in its order. */
export const columnsOf = (kinds: Readonly<Record<string, Kind>>): Column[] =>
  Object.entries(kinds).map(([name, kind]) => ({ name, kind }));

/** A file of sql/ as it is, without its last semicolon, so that it can be selected from. */
export const reportSql = (file: string): string =>
  sqlFile(import.meta.url, `../sql/${file}`).replace(/;\s*$/, '');

/** Names a file by what is in it, without its ending: `loan-book_loans_in_arrears_2021-10-15`. */
export const fileNameOf = (
  name: string,
  asOf: string,
  parts: readonly (string | undefined)[] = [],
): string =>
  ['loan-book', name, ...parts.filter((part) => part !== undefined), asOf]
    .join('_')
    .replace(/[^\w.-]+/g, '-');
