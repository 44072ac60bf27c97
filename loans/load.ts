import { resolve } from 'node:path';
import type { Knex } from 'knex';
import { changeBook } from './change-book.ts';
import { BOOK_FILES, type BookFile } from './columns.ts';
import { keepProblems } from './keep-problems.ts';
import { type LoadReport, reportOn } from './load-report.ts';
import { mustHaveRows } from './must-have-rows.ts';
import { openBook } from './open-book.ts';
import { rejectsFile } from './rejects.ts';
import { settle } from './settle.ts';
import { type Progress, stage } from './stage.ts';

export interface LoadOptions {
  /** Kept with the book; the folder's full path when left out. */
  source?: string;
  progress?: Progress;
  /** Do everything, then undo it. */
  dryRun?: boolean;
  /** Where to write the rows that are not in the book. */
  rejects?: string;
  /** Gives up when it aborts. */
  signal?: AbortSignal;
}

/**
 * Replaces the whole loan book by a folder of raw CSV files, in one transaction: when it fails the old book stands, and loading the
 * same folder again gives the same rows. Readers wait only while the cleaned rows move in, not while the files are read. `db` should
 * have no deadlines: the server's are lifted here, a pool's own `query_timeout` cannot be.
 * Throws InvalidRequest when a file, a column or a row cannot be read.
 */
export async function loadLoanBook(
  db: Knex,
  dir: string,
  options: LoadOptions = {},
): Promise<LoadReport> {
  const rejects = options.rejects === undefined ? undefined : rejectsFile(options.rejects);
  try {
    const work = async (trx: Knex.Transaction) => {
      const report = await replaceBook(trx, dir, options);
      await rejects?.write(trx);
      return report;
    };
    const report = await changeBook(db, work, {
      undo: options.dryRun ?? false,
      signal: options.signal,
    });
    await rejects?.keep();
    return report;
  } catch (error) {
    await rejects?.discard();
    throw error;
  }
}

/** The same inside of a transaction that changeBook has opened. */
export async function replaceBook(
  trx: Knex.Transaction,
  dir: string,
  { source, progress }: LoadOptions,
): Promise<LoadReport> {
  const opened = await openBook(dir);
  for (const file of opened) await stage(trx, file, progress);
  const books = opened.map(({ book }) => book);
  for (const book of books) {
    await settle(trx, book);
    await mustHaveRows(trx, book);
  }

  const tables = BOOK_FILES.map(({ table }) => table);
  await trx.raw(`truncate loan_book, ${tables.join(', ')}, allocated_instalments, rejected_rows`);
  for (const book of books) await moveIn(trx, book);
  await trx.raw('select refresh_allocation()');
  await trx.raw('analyze allocated_instalments');
  for (const book of books) await keepProblems(trx, book);
  const report = await reportOn(trx, books, source ?? resolve(dir));
  await trx('loan_book').insert({ source: report.source, files: JSON.stringify(report.files) });
  return report;
}

async function moveIn(trx: Knex.Transaction, { table, columns }: BookFile): Promise<void> {
  const names = columns.map(({ name }) => name).join(', ');
  await trx.raw(
    `insert into ${table} (${names}) select ${names} from staged_${table} where outcome is null`,
  );
  await trx.raw(`analyze ${table}`);
}
