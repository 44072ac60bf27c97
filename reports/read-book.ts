import type { Knex } from 'knex';
import { execute } from '../platform/sql.ts';

/**
 * Runs `work` on one state of the book: every report in it sees the same rows, whatever is loaded
 * meanwhile. Reports get memory for their sorts; the pool decides how long they may take.
 */
export function readBook<Result>(
  db: Knex,
  work: (book: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  return db.transaction(
    async (book) => {
      // The first statement, before any snapshot exists. A load truncates, which is not MVCC-safe:
      // an older one would see empty tables when the load commits. Loads lock loan_book first.
      await execute(book, 'lock table loan_book in access share mode');
      await execute(book, `set local work_mem = '128MB'`);
      return work(book);
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}
