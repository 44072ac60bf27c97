import { pipeline } from 'node:stream/promises';
import type { Knex } from 'knex';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { OpenedFile } from './open-book.ts';
import { readRows } from './read-rows.ts';
import { stagedLine } from './staged-line.ts';

export type Progress = (done: { file: string; bytesRead: number; bytes: number }) => void;

const CHUNK = 64 * 1024;

/**
 * Copies every row of a file, cleaned, into the temporary table `staged_<table>`: line, raw row, the columns of the book, its
 * warnings one a line, and `outcome` 'rejected' with the reason where the row cannot stay. Memory stays flat however long the file.
 */
export async function stage(
  trx: Knex.Transaction,
  file: OpenedFile,
  progress?: Progress,
): Promise<void> {
  const { table, columns } = file.book;
  const names = columns.map(({ name }) => name).join(', ');
  await trx.raw(`
    create temporary table staged_${table} on commit drop as
    select 0 as line, '' as raw, '' as outcome, '' as reason, '' as warnings, ${names} from ${table} with no data`);
  const connection: ClientBase = await trx.client.acquireConnection();
  const copy = connection.query(
    copyFrom(`copy staged_${table} (line, raw, outcome, reason, warnings, ${names}) from stdin`),
  );
  await pipeline(copyText(file, progress), copy);
  await trx.raw(`analyze staged_${table}`);
}

async function* copyText(opened: OpenedFile, progress?: Progress): AsyncGenerator<string> {
  const { book, path, bytes } = opened;
  let isHeader = true;
  let chunk = '';
  const rows = readRows(path, (bytesRead) => progress?.({ file: book.file, bytesRead, bytes }));
  for await (const some of rows) {
    for (const row of some) {
      if (!isHeader) chunk += stagedLine(opened, row);
      isHeader = false;
    }
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
  progress?.({ file: book.file, bytesRead: bytes, bytes });
}
