import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { InvalidRequest } from '../platform/errors.ts';
import { splitRow } from './split-row.ts';

export interface RawRow {
  /** Where the row starts; the header is line 1. */
  line: number;
  /** The row as the file holds it, without its line end. */
  raw: string;
  fields: readonly string[];
}

/** A quote that is never closed would else read the rest of the file into one row, and into memory. */
const LONGEST_ROW = 64 * 1024;

/**
 * Streams the rows of a CSV file, header first, as many at a time as were read at once: UTF-8 with or without BOM, CRLF or LF, quoted
 * fields with commas and line ends. Blank lines are no rows. Throws InvalidRequest naming the file and the line where a row does not
 * end, or where the file cannot be read.
 */
export async function* readRows(
  path: string,
  onRead?: (bytesRead: number) => void,
): AsyncGenerator<RawRow[]> {
  // Small pieces: while Postgres takes in the last one from the socket's buffer, the next is being cut. Twice as fast as 256 KiB.
  const source = createReadStream(path, { highWaterMark: 32 * 1024 });
  source.setEncoding('utf8');
  const file = basename(path);
  const rows = rowGatherer(file);
  try {
    for await (const text of source as AsyncIterable<string>) {
      yield rows.more(text);
      onRead?.(source.bytesRead);
    }
    yield rows.end();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    throw syscall
      ? new InvalidRequest(`${file}: cannot be read (${code})`, { cause: error })
      : error;
  }
}

/** The column in which the last quote was opened, or else the last one; the first is 1. */
function brokenColumn(text: string): number {
  const pieces = text.split(',');
  let opened = -1;
  for (const [at, piece] of pieces.entries()) {
    const quotes = piece.split('"').length - 1;
    if (quotes % 2 === 1) opened = opened === -1 ? at : -1;
  }
  return opened === -1 ? pieces.length : opened + 1;
}

/** Cuts text into rows, however it arrives: what is not yet a whole row waits for more. */
function rowGatherer(file: string) {
  let line = 1;
  let rest = '';
  let open = '';
  let atStart = true;

  /** Nearly every line is a row; one that leaves a quote open goes on in the next. */
  function take(text: string, rows: RawRow[]): void {
    const ended = text.endsWith('\r') ? text.slice(0, -1) : text;
    // A line without a quote cannot close the one that is open.
    if (open !== '' && !ended.includes('"')) {
      open += `${text}\n`;
      checkLength(open);
      return;
    }
    const raw = open + ended;
    checkLength(raw);
    const fields = splitRow(raw);
    if (!fields) {
      open += `${text}\n`;
      return;
    }
    const lines = open === '' ? 1 : raw.split('\n').length;
    if (raw.trim() !== '') rows.push({ line, raw, fields });
    line += lines;
    open = '';
  }

  function checkLength(text: string): void {
    if (text.length > LONGEST_ROW) throw endless(text);
  }

  function endless(text: string): InvalidRequest {
    const fault = /[\0\ufffd]/.test(text)
      ? 'expected CSV in UTF-8, found bytes that are no text'
      : `a quote is never closed, or the row is longer than ${LONGEST_ROW} characters`;
    return new InvalidRequest(`${file}: line ${line}, column ${brokenColumn(text)}: ${fault}`);
  }

  return {
    more: (text: string): RawRow[] => {
      const rows: RawRow[] = [];
      const all = rest + (atStart && text.startsWith('\ufeff') ? text.slice(1) : text);
      atStart = false;
      let from = 0;
      for (let end = all.indexOf('\n'); end !== -1; end = all.indexOf('\n', from)) {
        take(all.slice(from, end), rows);
        from = end + 1;
      }
      rest = all.slice(from);
      checkLength(rest);
      return rows;
    },
    end: (): RawRow[] => {
      const rows: RawRow[] = [];
      take(rest, rows);
      if (open !== '') throw endless(open);
      return rows;
    },
  };
}
