import type { Knex } from 'knex';
import { execute } from '../platform/sql.ts';

/**
 * Runs `work` on one state of the book: every report in it sees the same rows, whatever is loaded
 * meanwhile. Reports get memory for their sorts; the pool decides how long they may take.
 */
export async function readBook<Result>(
  db: Knex,
  work: (book: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  const book = await openBook(db);
  try {
    return await work(book);
  } finally {
    await closeBook(book);
  }
}

/** Holds one state of the book for as long as rows of it are read, until `closeBook`. */
export async function openBook(db: Knex): Promise<Knex.Transaction> {
  const book = await db.transaction({ isolationLevel: 'repeatable read', readOnly: true });
  try {
    // The first statement, before any snapshot exists. A load truncates, which is not MVCC-safe:
    // an older one would see empty tables when the load commits. Loads lock loan_book first.
    await execute(book, 'lock table loan_book in access share mode');
    // All rows are read through the cursor, so that the whole statement has to be fast.
    await execute(book, `set local work_mem = '128MB'; set local cursor_tuple_fraction = 1`);
    return book;
  } catch (error) {
    await closeBook(book);
    throw error;
  }
}

/** Nothing was written. A connection that is lost needs no rollback, and its error is known. */
export async function closeBook(book: Knex.Transaction): Promise<void> {
  await book.rollback().catch(() => undefined);
}
