import type { Knex } from 'knex';

/**
 * Runs `work` on one state of the book: every report in it sees the same rows, whatever is loaded meanwhile. Reports get memory for
 * their sorts; how long they may take is the pool's to say.
 */
export function readBook<Result>(
  db: Knex,
  work: (book: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  return db.transaction(
    async (book) => {
      await book.raw(`set local work_mem = '128MB'`);
      return work(book);
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}
