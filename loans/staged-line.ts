import { cleanRow } from './clean.ts';
import type { OpenedFile } from './open-book.ts';
import type { RawRow } from './read-rows.ts';

const SPECIAL = /[\\\t\n\r\0]/;
const EVERY_SPECIAL = new RegExp(SPECIAL, 'g');
const ESCAPED: Record<string, string> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\ufffd',
};

/** Cleans a row and writes it as one line of COPY text: line, raw, outcome, reason, warnings, then the columns of the book. */
export function stagedLine(
  { book, width, places }: OpenedFile,
  { line, raw, fields }: RawRow,
): string {
  if (fields.length !== width)
    return refused(
      line,
      raw,
      `expected ${width} fields, got ${fields.length}`,
      book.columns.length,
    );
  const cleaned = cleanRow(
    book.columns,
    places.map((place) => fields[place]),
  );
  if ('refused' in cleaned) return refused(line, raw, cleaned.refused, book.columns.length);

  // Every value comes out of the raw row: what is not in there needs no escape in it, which spares a search in each.
  const field = SPECIAL.test(raw) || cleaned.warnings.length > 0 ? escaped : unescaped;
  let text = `${line}\t${field(raw)}\t\\N\t\\N\t${field(cleaned.warnings.join('\n') || null)}`;
  for (const value of cleaned.kept) text += `\t${field(value)}`;
  return `${text}\n`;
}

function refused(line: number, raw: string, reason: string, columns: number): string {
  return `${line}\t${escaped(raw)}\trejected\t${escaped(reason)}\t\\N${'\t\\N'.repeat(columns)}\n`;
}

function unescaped(value: string | null): string {
  return value ?? '\\N';
}

function escaped(value: string | null): string {
  return value?.replace(EVERY_SPECIAL, (character) => ESCAPED[character] ?? '') ?? '\\N';
}
