import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { InvalidRequest } from '../platform/errors.ts';

export interface RawRow {
  /** Where the row starts; blank lines count. */
  line: number;
  /** The row as the file holds it, without its line end. */
  raw: string;
  fields: readonly string[];
}

/** How one file is written, as its first bytes show. */
export interface Dialect {
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  delimiter: ',' | ';' | '\t';
  /** Lines end in CR alone. */
  crOnly: boolean;
}

const DELIMITERS = [',', ';', '\t'] as const;
/** A quote that is never closed would otherwise read the rest of the file into memory. */
const LONGEST_ROW = 64 * 1024;
const HEAD_BYTES = 64 * 1024;
/** Small pieces overlap best with Postgres taking in the last one: twice as fast as 256 KiB. */
const PIECE_BYTES = 32 * 1024;

/** Recognises encoding, delimiter and line ends. Throws InvalidRequest when it is no text file. */
export async function detectDialect(path: string, file: string): Promise<Dialect> {
  const head = await readHead(path);
  const encoding = detectEncoding(head, file);
  // The last character may be cut in two, so this decoder is lenient; reading the rows is not.
  const text = new TextDecoder(encoding).decode(head);
  const crOnly = text.includes('\r') && !text.includes('\n');
  const header = text.split(/\r\n|\n|\r/).find((line) => line.trim() !== '') ?? '';
  const unquoted = header.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  const delimiter = DELIMITERS.reduce((best, one) => (count(one) > count(best) ? one : best));
  return { encoding, delimiter, crOnly };
}

/**
 * Streams the rows of a CSV file, header first, as many at a time as were read at once. Quoted
 * fields may hold delimiters, doubled quotes and line ends. Rows of blank fields are left out.
 * Throws InvalidRequest naming file and line where a row does not end or bytes are not text.
 */
export async function* readCsv(
  path: string,
  file: string,
  dialect: Dialect,
  onRead?: (bytesRead: number) => void,
): AsyncGenerator<RawRow[]> {
  const source = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const decoder = new TextDecoder(dialect.encoding, { fatal: true });
  const rows = rowCutter(file, dialect);
  try {
    for await (const bytes of source as AsyncIterable<Buffer>) {
      yield rows.more(decode(decoder, bytes, file));
      onRead?.(source.bytesRead);
    }
    yield rows.more(decode(decoder, undefined, file));
    yield rows.end();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (!syscall) throw error;
    throw new InvalidRequest(`${file}: cannot be read (${code})`, { cause: error });
  }
}

async function readHead(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function detectEncoding(head: Buffer, file: string): Dialect['encoding'] {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head.subarray(0, 4).toString('latin1') === 'PK\x03\x04')
    throw new InvalidRequest(
      `${file}: is a zip archive or an Excel workbook: save the sheet as CSV UTF-8`,
    );
  if (head.includes(0)) throw notText(file);
  return 'utf-8';
}

function decode(
  decoder: InstanceType<typeof TextDecoder>,
  bytes: Buffer | undefined,
  file: string,
): string {
  try {
    const text = bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    // Postgres cannot hold a NUL, and no text file has one.
    if (text.includes('\0')) throw notText(file);
    return text;
  } catch (error) {
    throw error instanceof TypeError ? notText(file) : error;
  }
}

function notText(file: string): InvalidRequest {
  return new InvalidRequest(`${file}: is neither UTF-8 nor UTF-16 text: save as CSV UTF-8`);
}

/** Cuts text into rows, however it arrives: what is not yet a whole row waits for more. */
function rowCutter(file: string, { delimiter, crOnly }: Dialect) {
  let line = 1;
  let rest = '';
  let open = '';

  /** Nearly every line is a row; one that leaves a quote open goes on in the next. */
  function take(text: string, rows: RawRow[]): void {
    const raw = text.endsWith('\r') ? text.slice(0, -1) : text;
    // A line without a quote cannot close the one that is open.
    const goesOn = open !== '' && !raw.includes('"');
    const whole = open + raw;
    const fields = goesOn ? undefined : splitRow(whole, delimiter);
    if (whole.length > LONGEST_ROW) throw tooLong(fields === undefined);
    if (!fields) {
      open += `${text}\n`;
      return;
    }
    if (fields.some((field) => field.trim() !== '')) rows.push({ line, raw: whole, fields });
    line += open === '' ? 1 : open.split('\n').length;
    open = '';
  }

  function tooLong(isUnclosed: boolean): InvalidRequest {
    const fault = isUnclosed
      ? 'a quote is never closed'
      : `a row is longer than ${LONGEST_ROW} characters`;
    return new InvalidRequest(`${file}: line ${line}: ${fault}`);
  }

  return {
    more: (text: string): RawRow[] => {
      const rows: RawRow[] = [];
      const all = rest + (crOnly ? text.replaceAll('\r', '\n') : text);
      let from = 0;
      for (let end = all.indexOf('\n'); end !== -1; end = all.indexOf('\n', from)) {
        take(all.slice(from, end), rows);
        from = end + 1;
      }
      rest = all.slice(from);
      if (rest.length > LONGEST_ROW) throw tooLong(!splitRow(open + rest, delimiter));
      return rows;
    },
    end: (): RawRow[] => {
      const rows: RawRow[] = [];
      take(rest, rows);
      if (open !== '') throw tooLong(true);
      return rows;
    },
  };
}

/**
 * The fields of one row, or undefined when it ends inside a quote. A quote opens a field only at
 * its start, spaces aside; text after the closing quote, and a quote elsewhere, is kept as it is.
 * One pass of our own: a general parser takes six times as long (250,000 rows a second).
 */
export function splitRow(raw: string, delimiter: string): readonly string[] | undefined {
  if (!raw.includes('"')) return raw.split(delimiter);
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const opening = skipSpaces(raw, at, delimiter);
    if (raw[opening] !== '"') {
      const end = raw.indexOf(delimiter, at);
      fields.push(end === -1 ? raw.slice(at) : raw.slice(at, end));
      if (end === -1) return fields;
      at = end + 1;
      continue;
    }
    const closing = closingQuote(raw, opening);
    if (closing === -1) return undefined;
    const next = raw.indexOf(delimiter, closing);
    const tail = next === -1 ? raw.slice(closing + 1) : raw.slice(closing + 1, next);
    const inside = raw.slice(opening + 1, closing).replaceAll('""', '"');
    fields.push(tail.trim() === '' ? inside : `"${inside}"${tail}`);
    if (next === -1) return fields;
    at = next + 1;
  }
}

function skipSpaces(raw: string, from: number, delimiter: string): number {
  let at = from;
  while (raw[at] === ' ' || (raw[at] === '\t' && delimiter !== '\t')) at++;
  return at;
}

/** Where the quote that opens at `opening` closes; a doubled quote does not close it. */
function closingQuote(raw: string, opening: number): number {
  for (let at = raw.indexOf('"', opening + 1); at !== -1; at = raw.indexOf('"', at + 1)) {
    if (raw[at + 1] !== '"') return at;
    at++;
  }
  return -1;
}
