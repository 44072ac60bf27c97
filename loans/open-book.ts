import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidRequest } from '../platform/errors.ts';
import { BOOK_FILES, type BookFile } from './columns.ts';
import { readRows } from './read-rows.ts';

/** A file of a folder, its header already matched: `places[i]` is where `book.columns[i]` stands in a row, -1 when it does not. */
export interface OpenedFile {
  book: BookFile;
  path: string;
  bytes: number;
  width: number;
  places: readonly number[];
}

/**
 * Finds the files of a book in a folder and the columns in each, before anything is loaded. Columns may stand in any order and
 * others beside them. Throws InvalidRequest naming every file and column that is missing.
 */
export async function openBook(dir: string): Promise<OpenedFile[]> {
  if (!(await isFolder(dir)))
    throw new InvalidRequest(`${dir}: expected a folder with the files of a loan book, found none`);
  const opened: OpenedFile[] = [];
  const faults: string[] = [];
  for (const book of BOOK_FILES) {
    const path = join(dir, book.file);
    const bytes = await sizeOf(path);
    if (bytes === undefined) {
      if (!book.optional) faults.push(`${book.file}: expected a file, found none`);
      continue;
    }
    const header = await readHeader(path);
    const places = book.columns.map(({ header: name }) => header.indexOf(name));
    const strange = notCommas(header);
    faults.push(...(strange ? [`${book.file}: line 1, ${strange}`] : headerFaults(book, header)));
    opened.push({ book, path, bytes, width: header.length, places });
  }
  if (faults.length > 0)
    throw new InvalidRequest(`${dir} holds no loan book: ${faults.join('; ')}`);
  return opened;
}

/** What is wrong with a header that is no CSV at all: naming each column that is not there would not help. */
function notCommas(header: readonly string[]): string | undefined {
  const text = header.join(',');
  const at = text.search(/[\0\ufffd]/);
  if (at !== -1)
    return `column ${text.slice(0, at).split(',').length}: expected CSV in UTF-8, found bytes that are no text`;
  const [delimiter] = header.length === 1 ? (/[;\t|]/.exec(text) ?? []) : [];
  return (
    delimiter && `column 1: expected commas between the columns, found ${JSON.stringify(delimiter)}`
  );
}

function headerFaults({ file, columns }: BookFile, header: readonly string[]): string[] {
  const got = header.join(', ') || 'nothing';
  const needed = new Set(
    columns.filter(({ optional }) => !optional).map((column) => column.header),
  );
  const missing = [...needed]
    .filter((name) => !header.includes(name))
    .map((name) => `${file}: line 1, expected a column ${name}, got ${got}`);
  const known = new Set(columns.map((column) => column.header));
  const twice = [...known].filter((name) => header.indexOf(name) !== header.lastIndexOf(name));
  return [
    ...missing,
    ...twice.map((name) => `${file}: line 1, expected one column ${name}, got ${got}`),
  ];
}

async function readHeader(path: string): Promise<string[]> {
  for await (const [header] of readRows(path))
    if (header) return header.fields.map((field) => field.trim());
  return [];
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
