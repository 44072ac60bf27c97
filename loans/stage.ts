import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Database } from '../platform/database.ts';
import { execute } from '../platform/sql.ts';
import type { Column } from './columns.ts';
import type { Formats } from './file-format.ts';
import { normalizeHeader, type OpenedFile } from './open-book.ts';
import { type RawRow, readCsv } from './read-csv.ts';
import { fileRules, type Kind, type Problem, quote, type Rule } from './rules.ts';

export type Progress = (done: { file: string; bytesRead: number; bytes: number }) => void;

/** One column with where it is in the file and the rule that reads it. */
interface PlacedColumn extends Column {
  position: number;
  rule: Rule;
}

/** Between the parts of one mark of a row: outcome, code, reason. One mark a line. */
const MARK_SEPARATOR = '\x1f';
const CHUNK = 64 * 1024;

/**
 * Copies every row of a file, cleaned, into the temporary table `staged_<table>`: line, raw row,
 * the columns of the book, its repairs and warnings as `marks`, and outcome, code and reason where
 * the row stays out of the book. Memory stays flat however long the file is. Throws InvalidRequest
 * when the file as a whole is not written the way it was read.
 */
export async function stage(
  trx: Database,
  file: OpenedFile,
  { formats, progress }: { formats: Formats; progress?: Progress | undefined },
): Promise<void> {
  const { table, columns, derived = {}, key } = file.book;
  const names = columns.map(({ name }) => name).join(', ');
  const all = [...columns.map(({ name }) => name), ...Object.keys(derived)].join(', ');
  await execute(
    trx,
    `create temporary table staged_${table} on commit drop as
     select 0 as line, '' as raw, '' as outcome, '' as code, '' as reason, '' as under,
            '' as marks, ${all}
     from ${table} with no data`,
  );
  for (const [name, value] of Object.entries(derived))
    if (value !== null)
      await execute(trx, `alter table staged_${table} alter ${name} set default '${value}'`);
  const rules = fileRules(file.book.file, formats);
  const placed = columns.map((column, at) => ({
    ...column,
    position: file.positions[at] ?? -1,
    rule: rules.ruleFor(column.header, column.kind),
  }));
  const connection: ClientBase = await trx.client.acquireConnection();
  const copy = connection.query(
    copyFrom(`copy staged_${table} (line, raw, outcome, code, reason, marks, ${names}) from stdin`),
  );
  await pipeline(copyText(file, placed, progress), copy);
  rules.check();
  // Repeated keys are found in its order, and the rows move into the book in it.
  await execute(trx, `create index on staged_${table} (${key.join(', ')})`);
  await execute(trx, `analyze staged_${table}`);
}

async function* copyText(
  { book, path, bytes, dialect, header }: OpenedFile,
  columns: readonly PlacedColumn[],
  progress: Progress | undefined,
): AsyncGenerator<string> {
  let isHeader = true;
  let chunk = '';
  const rows = readCsv(path, book.file, dialect, (bytesRead) =>
    progress?.({ file: book.file, bytesRead, bytes }),
  );
  const expected: Header = {
    width: header.length,
    // Files that were put together keep their byte order marks and marks of keys.
    first: normalizeHeader(header[0] ?? '').slice(0, 3),
    normalized: header.map(normalizeHeader).join(),
  };
  for await (const some of rows) {
    for (const row of some) {
      if (!isHeader) chunk += stagedLine(row, columns, expected);
      isHeader = false;
    }
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
  progress?.({ file: book.file, bytesRead: bytes, bytes });
}

type Header = { width: number; first: string; normalized: string };

/** Cleans a row and writes it as one line of COPY text. */
function stagedLine(row: RawRow, columns: readonly PlacedColumn[], header: Header): string {
  const fault = rowFault(row, header);
  if (fault) return copyLine(row, { ...fault, marks: [], values: columns.map(idOf(row, fault)) });
  const cleaned = cleanRow(row, columns);
  // Every value comes out of the raw row: what is not in there needs no escape.
  if (cleaned.outcome === null && cleaned.marks.length === 0 && !SPECIAL.test(row.raw)) {
    let text = `${row.line}\t${row.raw}\t\\N\t\\N\t\\N\t\\N`;
    for (const value of cleaned.values) text += `\t${value ?? '\\N'}`;
    return `${text}\n`;
  }
  return copyLine(row, cleaned);
}

interface Cleaned {
  outcome: 'rejected' | 'ignored' | null;
  code: string | null;
  reason: string | null;
  /** Repairs and warnings: outcome, code and reason in one text each. */
  marks: readonly string[];
  values: readonly (string | null)[];
}

/** The ids of a row that cannot be read as a whole: its children are counted under its problem. */
const idOf =
  ({ fields }: RawRow, { code }: Pick<Cleaned, 'code'>) =>
  ({ kind, position }: PlacedColumn) =>
    (kind === 'id' && code === 'field_count' && fields[position]?.trim().slice(0, 200)) || null;

/** A row that is no row of this file, whatever its fields hold. */
function rowFault(
  { fields }: RawRow,
  { width, first, normalized }: Header,
): Pick<Cleaned, 'outcome' | 'code' | 'reason'> | undefined {
  const isLikeHeader = fields[0]?.trim().slice(0, first.length).toLowerCase() === first;
  if (isLikeHeader && fields.map(normalizeHeader).join() === normalized)
    return { outcome: 'rejected', code: 'header_again', reason: 'the header is repeated here' };
  if (fields.length === width) return undefined;
  const isLonger = fields.length > width;
  if (isLonger && fields.slice(width).every((field) => field.trim() === '')) return undefined;
  const reason = `expected ${width} fields, got ${fields.length}`;
  return { outcome: 'rejected', code: 'field_count', reason };
}

const NO_MARKS: readonly string[] = [];
const UNWRAPPED: ReadonlySet<Kind> = new Set(['text', 'expected text', 'verbatim', 'currency']);

/**
 * Cleans one row. Fields are trimmed and unwrapped from what spreadsheets put around them, then
 * each column's rule decides. A row with a field that cannot be read is rejected, all its faults
 * named; what can be read of it stays, so that its loan is known.
 */
export function cleanRow(row: RawRow, columns: readonly PlacedColumn[]): Cleaned {
  const values: (string | null)[] = [];
  let marks: string[] | undefined;
  let faults: Problem[] | undefined;
  for (const column of columns) {
    let field = row.fields[column.position]?.trim();
    if (field === undefined) {
      values.push(null);
      continue;
    }
    const first = field.charCodeAt(0);
    if (first === EQUALS || first === APOSTROPHE) {
      const unwrapped = unwrap(field, column.kind);
      if (unwrapped !== field && column.kind !== 'verbatim') {
        marks ??= [];
        const reason = `${column.header} ${quote(field)} read as ${quote(unwrapped)}`;
        marks.push(mark('warned', 'unwrapped', reason));
      }
      field = unwrapped;
    }
    const ruling = quoteFault(row, column, field) ?? column.rule(field, row.line);
    if (ruling === null || typeof ruling === 'string') {
      values.push(ruling);
      continue;
    }
    values.push(ruling.value);
    const { outcome, code } = ruling;
    const reason = `${column.header} ${ruling.reason}`;
    if (outcome === 'rejected' || outcome === 'ignored') {
      faults ??= [];
      faults.push({ outcome, code, reason });
    } else {
      marks ??= [];
      marks.push(mark(outcome, code, reason));
    }
  }
  if (!faults) return { outcome: null, code: null, reason: null, marks: marks ?? NO_MARKS, values };
  const isRejected = faults.some(({ outcome }) => outcome === 'rejected');
  const deciding = faults.filter(({ outcome }) => !isRejected || outcome === 'rejected');
  return {
    outcome: isRejected ? 'rejected' : 'ignored',
    code: deciding[0]?.code ?? null,
    reason: deciding.map(({ reason }) => reason).join('; '),
    marks: NO_MARKS,
    values,
  };
}

const mark = (...parts: [outcome: string, code: string, reason: string]) =>
  parts.join(MARK_SEPARATOR);
const EQUALS = 61;
const APOSTROPHE = 39;

/** `="00123"` and `'00123` keep a spreadsheet from reading a number; text may begin with a `'`. */
function unwrap(field: string, kind: Kind): string {
  const formula = /^="(.*)"$/s.exec(field)?.[1];
  if (formula !== undefined) return formula.trim();
  const marked = UNWRAPPED.has(kind) ? /^'(?=[=+\-@\d])/ : /^'/;
  return field.replace(marked, '').trim();
}

/** A value over several lines: most often two stray quotes that swallowed the rows in between. */
function quoteFault(row: RawRow, { kind, position }: PlacedColumn, field: string) {
  if (!field.includes('\n')) return undefined;
  const isText = kind === 'text' || kind === 'expected text';
  if (isText && !/[,;\t]/.test(field)) return undefined;
  const count = (text: string) => text.split('\n').length - 1;
  const opened = row.line + count(row.fields.slice(0, position).join(''));
  const closed = opened + count(field);
  const reason = `spans lines: the quote opened on line ${opened} is closed on line ${closed}`;
  return { outcome: 'rejected', code: 'quote_over_lines', reason, value: null } as const;
}

const SPECIAL = /[\\\t\n\r]/;
const EVERY_SPECIAL = /[\\\t\n\r]/g;
const ESCAPED: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyLine(row: RawRow, { outcome, code, reason, marks, values }: Cleaned): string {
  const fields = [
    String(row.line),
    row.raw,
    outcome,
    code,
    reason,
    marks.join('\n') || null,
    ...values,
  ];
  return `${fields.map(escaped).join('\t')}\n`;
}

function escaped(value: string | null): string {
  return value?.replace(EVERY_SPECIAL, (character) => ESCAPED[character] ?? '') ?? '\\N';
}
