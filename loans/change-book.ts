import type { Knex } from 'knex';

/**
 * Runs `work` in a transaction that may change the loan book: one at a time, others wait for it to end, and with the deadlines of a
 * load instead of those of a request. With `undo` the transaction is rolled back in the end, whatever was done in it; when `signal`
 * aborts, the running statement is cancelled and the book stays as it was.
 */
export async function changeBook<Result>(
  db: Knex,
  work: (trx: Knex.Transaction) => Promise<Result>,
  { undo = false, signal }: { undo?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<Result> {
  const trx = await db.transaction();
  const { rows } = await trx.raw('select pg_backend_pid() as pid');
  // A statement knows nothing of a signal; left alone it would outlive this process.
  const cancel = () =>
    void db.raw('select pg_cancel_backend(?)', [rows[0].pid]).catch(() => undefined);
  signal?.addEventListener('abort', cancel);
  try {
    await trx.raw(`
      set local statement_timeout = 0;
      set local lock_timeout = 0;
      set local idle_in_transaction_session_timeout = 0;
      set local work_mem = '64MB';
      set local maintenance_work_mem = '128MB'`);
    await trx.raw(`select pg_advisory_xact_lock(lock_key('loan book'))`);
    const result = await work(trx);
    // Between two statements there was nothing to cancel.
    signal?.throwIfAborted();
    await (undo ? trx.rollback() : trx.commit());
    return result;
  } catch (error) {
    // What went wrong matters, not that a lost connection could not be rolled back either.
    await trx.rollback().catch(() => undefined);
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
