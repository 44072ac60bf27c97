/** What a cell holds: exact decimals and days as text, whole numbers as numbers. */
export type Value = string | number | null;
export type Row = Record<string, Value>;

export interface Column {
  name: string;
  kind: 'text' | 'day' | 'integer' | 'decimal';
}

/** One line under a report: sums by the name of their column, null where the sum cannot be known. */
export interface TotalLine {
  label: string;
  sums: Record<string, string | null>;
}

export interface Report {
  name: 'loans' | 'missed' | 'par' | 'history' | 'roll';
  columns: readonly Column[];
  rows: readonly Row[];
  totals: readonly TotalLine[];
  /** What a reader has to know about the totals: rates used, and why a total is missing. */
  notes: readonly string[];
}
