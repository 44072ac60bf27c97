import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Knex } from 'knex';
import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { InvalidRequest } from '../platform/errors.ts';

/** A file of rejected rows that takes its name only when the load has succeeded. */
export interface RejectsFile {
  write: (trx: Knex.Transaction) => Promise<void>;
  keep: () => Promise<void>;
  discard: () => Promise<void>;
}

/**
 * Writes the rows that are not in the book, rejected or duplicates, as CSV: file, line, reason, and the row as it came. Memory stays
 * flat. Throws InvalidRequest when the file cannot be written.
 */
export function rejectsFile(path: string): RejectsFile {
  const unfinished = `${path}.part`;
  const cannot = (error: unknown) => {
    const { code, path: at } = error as NodeJS.ErrnoException;
    if (at === undefined && code !== 'ENOSPC') return error;
    return new InvalidRequest(`${path} cannot be written (${code}): nothing was loaded`, {
      cause: error,
    });
  };
  return {
    write: async (trx) => {
      const connection: ClientBase = await trx.client.acquireConnection();
      const rows = connection.query(
        copyTo(`copy (
          select file, line, reason, raw from rejected_rows where outcome <> 'repaired' order by file, line, entry
        ) to stdout with (format csv, header)`),
      );
      await pipeline(rows, createWriteStream(unfinished)).catch((error: unknown) => {
        throw cannot(error);
      });
    },
    keep: () => rename(unfinished, path),
    discard: () => rm(unfinished, { force: true }),
  };
}
