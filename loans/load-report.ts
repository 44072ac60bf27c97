import type { Knex } from 'knex';
import type { BookFile } from './columns.ts';

/** What became of the rows of one file; read = loaded + duplicates + rejected, and the repaired are among the loaded. */
export interface FileReport {
  file: string;
  read: number;
  loaded: number;
  repaired: number;
  duplicates: number;
  rejected: number;
}

interface Problem {
  file: string;
  /** Where the row starts in its file; the header is line 1. */
  line: number;
  outcome: 'rejected' | 'duplicate' | 'repaired';
  reason: string;
}

export interface LoadReport {
  source: string;
  files: FileReport[];
  /** The first 1000, in the order of the files; table rejected_rows holds them all, with the raw rows. */
  problems: Problem[];
  problemCount: number;
}

const MOST_PROBLEMS = 1000;

/** Counts what the staged rows came to, inside of the transaction that loads them. */
export async function reportOn(
  trx: Knex.Transaction,
  books: readonly BookFile[],
  source: string,
): Promise<LoadReport> {
  const files: FileReport[] = [];
  for (const { file, table } of books) {
    const { rows } = await trx.raw(`
      select count(*)::integer as read,
             count(*) filter (where outcome is null)::integer as loaded,
             count(*) filter (where outcome is null and warnings is not null)::integer as repaired,
             count(*) filter (where outcome = 'duplicate')::integer as duplicates,
             count(*) filter (where outcome = 'rejected')::integer as rejected
      from staged_${table}`);
    files.push({ file, ...rows[0] });
  }
  const { rows: problems } = await trx.raw(
    `select file, line, outcome, reason from rejected_rows
     order by array_position(?::text[], file), line, entry limit ${MOST_PROBLEMS}`,
    [books.map(({ file }) => file)],
  );
  const { rows } = await trx.raw('select count(*)::integer as count from rejected_rows');
  return { source, files, problems, problemCount: rows[0].count };
}
