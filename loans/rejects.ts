import { once } from 'node:events';
import { createWriteStream, type Stats } from 'node:fs';
import { lstat, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { BOOK_FILES } from './columns.ts';

/** The rows are written here first, so that an old file stays until the new one is complete. */
const unfinishedOf = (path: string) => `${path}.part`;

/**
 * Throws InvalidRequest when writing to `path` would replace a folder, a link, a device or a file
 * of the input folder, or make one that the next load reads. Checked before anything is read.
 */
export async function checkRejectsPath(path: string, dir: string): Promise<void> {
  const fault = (await faultOf(path, dir)) ?? (await faultOfUnfinished(path));
  if (fault) throw new InvalidRequest(`--rejects ${path}: ${fault}`);
}

async function faultOf(path: string, dir: string): Promise<string | undefined> {
  const real = (folder: string) => realpath(folder).catch(() => undefined);
  const isInFolder = (await real(dirname(path))) === (await real(dir));
  if (isInFolder && BOOK_FILES.some(({ file }) => file === basename(path)))
    return 'is a file of the input folder, name another file';
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return 'is a folder, name a file in it';
  // Also by way of a symbolic or a hard link.
  if (found && (await isInput(found, dir)))
    return 'is a file of the input folder, name another file';
  const itself = await lstat(path).catch(() => undefined);
  if (itself?.isSymbolicLink()) return 'is a symbolic link, name the file itself';
  // The finished file takes the place of what is there: a device would be gone for good.
  if (itself && !itself.isFile()) return 'is no regular file';
  return undefined;
}

async function isInput({ ino, dev }: Stats, dir: string): Promise<boolean> {
  for (const name of await readdir(dir).catch(() => [])) {
    const input = await stat(join(dir, name)).catch(() => undefined);
    if (input?.ino === ino && input.dev === dev) return true;
  }
  return false;
}

async function faultOfUnfinished(path: string): Promise<string | undefined> {
  const found = await lstat(unfinishedOf(path)).catch(() => undefined);
  return found && `${unfinishedOf(path)} exists already, remove it or name another file`;
}

/**
 * Writes the rows that stay out of the book as CSV: file, line, reason, and the row as it came.
 * Cells that a spreadsheet would run as a formula get an apostrophe in front. Memory stays flat.
 * Throws InvalidRequest when the file cannot be written.
 */
export async function writeRejects(trx: Database, path: string): Promise<void> {
  const unfinished = unfinishedOf(path);
  // Fails where something is there already: never writes through a link, or over another's file.
  const file = createWriteStream(unfinished, { flags: 'wx' });
  try {
    await once(file, 'open');
    const connection: ClientBase = await trx.client.acquireConnection();
    const rows = connection.query(
      copyTo(
        `copy (
           select ${safeCell('file')}, line, ${safeCell('reason')}, ${safeCell('raw')}
           from staged_problems
           where outcome in ('rejected', 'duplicate', 'ignored')
           order by file, line, entry
         ) to stdout with (format csv, header)`,
      ),
    );
    await pipeline(rows, file);
    await rename(unfinished, path);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') await rm(unfinished, { force: true }).catch(() => undefined);
    if (!syscall) throw error;
    throw new InvalidRequest(`${path} cannot be written (${code}): nothing was loaded`, {
      cause: error,
    });
  }
}

const safeCell = (name: string) =>
  `case when ${name} ~ e'^[=+@\\t\\r\\n-]' then '''' || ${name} else ${name} end as ${name}`;
