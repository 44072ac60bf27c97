import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidRequest } from '../platform/errors.ts';
import { BOOK_FILES, type BookFile } from './columns.ts';
import { type Dialect, detectDialect, readCsv } from './read-csv.ts';
import { quote } from './rules.ts';

/** A file of a folder with its header matched to the columns of the book. */
export interface OpenedFile {
  book: BookFile;
  path: string;
  bytes: number;
  dialect: Dialect;
  header: readonly string[];
  /** `positions[i]` is where `book.columns[i]` is in a row, -1 when the file does not have it. */
  positions: readonly number[];
}

/** A file or a column that the load does not read; a person should know. */
export interface Unread {
  file: string;
  code: 'file_not_read' | 'column_not_read';
  reason: string;
}

export interface OpenedBook {
  files: OpenedFile[];
  unread: Unread[];
}

/**
 * Finds the files of a book in a folder and the columns in each, before anything is loaded.
 * Throws InvalidRequest naming every file and column that is missing, and what is close to it.
 */
export async function openBook(dir: string): Promise<OpenedBook> {
  const names = await listFolder(dir);
  const files: OpenedFile[] = [];
  const faults: string[] = [];
  const unread = unreadFiles(names);
  for (const book of BOOK_FILES) {
    const path = join(dir, book.file);
    const found = names.includes(book.file) ? await sizeOf(path, book.file) : undefined;
    if (found === undefined) {
      if (!book.optional)
        faults.push(`${book.file}: expected a file, found none${didYouMean(book.file, names)}`);
      continue;
    }
    const opened = await openFile(book, path, found);
    faults.push(...headerFaults(opened));
    unread.push(...unreadColumns(opened));
    files.push(opened);
  }
  if (faults.length > 0)
    throw new InvalidRequest(`${dir} holds no loan book: ${faults.join('; ')}`);
  return { files, unread };
}

/** Headers are compared without case, spaces, and the lender's marks of keys. */
export function normalizeHeader(header: string): string {
  return header
    .toLowerCase()
    .replace(/\((fk|pk)\)/g, '')
    .replace(/\s+/g, '');
}

async function openFile(book: BookFile, path: string, bytes: number): Promise<OpenedFile> {
  const dialect = await detectDialect(path, book.file).catch((error: unknown) => {
    throw fileFault(book.file, error);
  });
  const header = await readHeader(path, book.file, dialect);
  const normalized = header.map(normalizeHeader);
  const positions = book.columns.map((column) =>
    normalized.indexOf(normalizeHeader(column.header)),
  );
  return { book, path, bytes, dialect, header, positions };
}

async function readHeader(path: string, file: string, dialect: Dialect): Promise<string[]> {
  for await (const [header] of readCsv(path, file, dialect))
    if (header) return header.fields.map((field) => field.trim());
  return [];
}

function headerFaults({ book, header }: OpenedFile): string[] {
  const got = header.map((name) => name.slice(0, 40)).join(', ') || 'nothing';
  const normalized = header.map(normalizeHeader);
  const known = new Set(book.columns.map((column) => normalizeHeader(column.header)));
  const faults: string[] = [];
  for (const name of new Set(book.columns.map((column) => column.header))) {
    const isOptional = book.columns.some((one) => one.header === name && one.optional);
    const times = normalized.filter((one) => one === normalizeHeader(name)).length;
    const free = header.filter((one) => !known.has(normalizeHeader(one)));
    if (times === 0 && !isOptional)
      faults.push(
        `${book.file}: line 1, expected a column ${name}, got ${got.slice(0, 400)}` +
          didYouMean(name, free),
      );
    if (times > 1) faults.push(`${book.file}: line 1, expected one column ${name}, got ${times}`);
  }
  return faults;
}

function unreadColumns({ book, header }: OpenedFile): Unread[] {
  const columns = [...new Set(book.columns.map((column) => column.header))];
  const known = new Set(columns.map(normalizeHeader));
  const present = new Set(header.map(normalizeHeader));
  const missing = columns.filter((name) => !present.has(normalizeHeader(name)));
  return header.flatMap((name, at) => {
    if (known.has(normalizeHeader(name))) return [];
    const reason =
      name === ''
        ? `column ${at + 1} has no header and is not read`
        : `column ${quote(name)} is not read${didYouMean(name, missing)}`;
    return [{ file: book.file, code: 'column_not_read', reason }];
  });
}

function unreadFiles(names: readonly string[]): Unread[] {
  const known = BOOK_FILES.map(({ file }) => file);
  const missing = known.filter((file) => !names.includes(file));
  return names
    .filter((name) => !known.includes(name) && !name.startsWith('.'))
    .map((name) => ({
      file: name,
      code: 'file_not_read',
      reason: `this file is not read${didYouMean(name, missing)}`,
    }));
}

/** Names the closest candidate, if one is close enough to be a slip. */
function didYouMean(name: string, candidates: readonly string[]): string {
  const plain = (text: string) => normalizeHeader(text).replace(/[^\p{L}\p{N}]/gu, '');
  const distances = candidates
    .map((candidate) => ({ candidate, distance: editDistance(plain(name), plain(candidate)) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance);
  const [closest] = distances;
  return closest ? `; did you mean ${quote(closest.candidate)}?` : '';
}

/** Levenshtein distance; anything beyond names of 60 characters is far away. */
function editDistance(a: string, b: string): number {
  if (a.length > 60 || b.length > 60) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

async function listFolder(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new InvalidRequest(
        `${dir}: expected a folder with the files of a loan book, found none`,
      );
    throw fileFault(dir, error);
  }
}

/** The size of a regular file. A pipe or device is never opened. */
async function sizeOf(path: string, file: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile()) return found.size;
    throw new InvalidRequest(
      `${file}: expected a file, found ${found.isDirectory() ? 'a folder' : 'no regular file'}`,
    );
  } catch (error) {
    throw fileFault(file, error);
  }
}

const FILE_FAULTS: Record<string, string> = {
  EACCES: 'there is no permission to read it',
  EPERM: 'there is no permission to read it',
  ELOOP: 'its symbolic links lead back to themselves',
  ENOENT: 'its symbolic link leads nowhere',
  EISDIR: 'it is a folder',
};

/** A fault of the file system as one sentence; any other error as it came. */
function fileFault(name: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (!syscall) return error;
  const fault = FILE_FAULTS[code ?? ''] ?? 'the system refuses it';
  return new InvalidRequest(`${name}: cannot be read (${code}): ${fault}`, { cause: error });
}
