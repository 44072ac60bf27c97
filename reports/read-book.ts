import type { Knex } from 'knex';

/**
 * Runs `work` on one state of the book: every report in it sees the same rows, whatever is loaded meanwhile. Reports get memory for
 * their sorts and the deadlines of a report instead of those of a request.
 */
export function readBook<Result>(db: Knex, work: (book: Knex.Transaction) => Promise<Result>): Promise<Result> {
  return db.transaction(
    async (book) => {
      await book.raw(`
        set local statement_timeout = 0;
        set local idle_in_transaction_session_timeout = 0;
        set local work_mem = '128MB'`);
      return work(book);
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}
