import { createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';

/**
 * Throws InvalidRequest when writing to `path` would replace a folder, a device or a file of the
 * input folder. Checked before anything is read.
 */
export async function checkRejectsPath(path: string, dir: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return;
  if (found.isDirectory())
    throw new InvalidRequest(`--rejects ${path}: is a folder, name a file in it`);
  // The finished file takes the place of what is there: a device would be gone for good.
  if (!found.isFile()) throw new InvalidRequest(`--rejects ${path}: is no regular file`);
  for (const name of await readdir(dir).catch(() => [])) {
    const input = await stat(join(dir, name)).catch(() => undefined);
    // Also by way of a symbolic or a hard link.
    if (input?.ino === found.ino && input.dev === found.dev)
      throw new InvalidRequest(
        `--rejects ${path}: is a file of the input folder, name another file`,
      );
  }
}

/**
 * Writes the rows that stay out of the book as CSV: file, line, reason, and the row as it came.
 * Cells that a spreadsheet would run as a formula get an apostrophe in front. Memory stays flat.
 * Throws InvalidRequest when the file cannot be written.
 */
export async function writeRejects(trx: Database, path: string): Promise<void> {
  const unfinished = `${path}.part`;
  try {
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
    await pipeline(rows, createWriteStream(unfinished));
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (!syscall) throw error;
    throw new InvalidRequest(`${path} cannot be written (${code}): nothing was loaded`, {
      cause: error,
    });
  }
}

const safeCell = (column: string) =>
  `case when ${column} ~ e'^[=+@\\t\\r\\n-]' then '''' || ${column} else ${column} end as ${column}`;
