import type { Rule } from './rules.ts';

/** One column of the book: the raw header it is read from, its name in the table, and the rule for its fields. */
export interface Column {
  header: string;
  name: string;
  rule: Rule;
  /** A file without this header is complete; the column is then null. */
  optional?: true;
}

/** A row as the book takes it, its values in the order of the columns, with what had to be mended; or why it is rejected. */
export type Cleaned =
  | { kept: (string | null)[]; warnings: readonly string[] }
  | { refused: string };

const NOTHING: readonly string[] = [];

/**
 * Cleans one row: `fields[i]` is the raw text for `columns[i]`, undefined where the file has no such column. Fields are trimmed,
 * then each column's rule decides. A row with any field that cannot be read is rejected whole, all its faults named.
 */
export function cleanRow(
  columns: readonly Column[],
  fields: readonly (string | undefined)[],
): Cleaned {
  const kept: (string | null)[] = [];
  let warnings: string[] | undefined;
  let faults: string[] | undefined;
  let index = 0;
  for (const { header, rule } of columns) {
    const field = fields[index++];
    const ruling = field === undefined ? null : rule(field.trim());
    if (ruling === null || typeof ruling === 'string') {
      kept.push(ruling);
    } else if ('refused' in ruling) {
      faults ??= [];
      faults.push(`${header} ${ruling.refused}`);
    } else {
      kept.push(ruling.repaired);
      warnings ??= [];
      warnings.push(`${header} ${ruling.because}`);
    }
  }
  return faults ? { refused: faults.join('; ') } : { kept, warnings: warnings ?? NOTHING };
}
