import { resolve as resolvePath } from 'node:path';
import type { Knex } from 'knex';
import type { Database } from '../platform/database.ts';
import { execute, queryRow, sqlFile } from '../platform/sql.ts';
import { BOOK_FILES, type BookFile } from './columns.ts';
import { DEFAULT_FORMATS, type Formats } from './file-format.ts';
import { openBook } from './open-book.ts';
import { checkRejectsPath, gatherProblems, writeRejects } from './problems.ts';
import { type AcceptedLoss, type LoadReport, refusalOf, reportStaged } from './report.ts';
import { resolve } from './resolve.ts';
import { type Progress, stage } from './stage.ts';

export interface LoadOptions {
  /** Kept with the book; the folder's full path when left out. */
  source?: string;
  /** Marks the book as the sample. */
  isSample?: boolean;
  formats?: Formats;
  /** Money missing up to this much counts as paid: a plain decimal, '0' when left out. */
  tolerance?: string;
  /** None when left out: one rejected row refuses the load. */
  accepted?: AcceptedLoss;
  /** Where to write the rows that stay out of the book, whatever becomes of the load. */
  rejects?: string;
  /** Stop before anything is replaced. */
  dryRun?: boolean;
  /** Asked before a book other than the sample is replaced; false leaves it as it is. */
  confirm?: (report: LoadReport) => Promise<boolean>;
  progress?: Progress;
  /** Cancels the load. */
  signal?: AbortSignal | undefined;
}

const DROP_KEYS = sqlFile(import.meta.url, 'sql/drop_keys.sql');
const ADD_KEYS = sqlFile(import.meta.url, 'sql/add_keys.sql');
const NO_LOSS: AcceptedLoss = { rows: 0 };

/**
 * Replaces the whole loan book by a folder of raw CSV files, in one transaction. When it fails, is
 * refused or not confirmed, the old book stays; loading a folder again gives the same rows.
 * Readers wait only while the accepted rows move in. `db` should have no deadlines: the server's
 * are lifted here, a pool's own `query_timeout` cannot be. Throws InvalidRequest when a file cannot
 * be understood; rows that are rejected are in the report.
 */
export async function loadLoanBook(
  db: Database,
  dir: string,
  options: LoadOptions = {},
): Promise<LoadReport> {
  if (options.rejects !== undefined) await checkRejectsPath(options.rejects, dir);
  return changeBook(db, (trx) => replaceBook(trx, dir, options), options.signal);
}

/**
 * Runs `work` in a transaction that may change the loan book: one at a time, with the deadlines of
 * a load. Commits when the report says loaded. An abort cancels the running statement.
 */
export async function changeBook<Report extends { outcome: string }>(
  db: Database,
  work: (trx: Knex.Transaction) => Promise<Report>,
  signal?: AbortSignal,
): Promise<Report> {
  const trx = await db.transaction();
  const { pid } = await queryRow<{ pid: number }>(trx, 'select pg_backend_pid() as pid');
  // A statement knows nothing of a signal: it would go on after this process has ended.
  const cancel = () =>
    void execute(db, 'select pg_cancel_backend(:pid)', { pid }).catch(() => undefined);
  signal?.addEventListener('abort', cancel);
  try {
    await execute(
      trx,
      `set local statement_timeout = 0;
       set local lock_timeout = 0;
       set local idle_in_transaction_session_timeout = 0;
       set local work_mem = '64MB';
       set local maintenance_work_mem = '128MB'`,
    );
    await execute(trx, `select pg_advisory_xact_lock(lock_key('loan book'))`);
    const report = await work(trx);
    // Between two statements there was nothing to cancel.
    signal?.throwIfAborted();
    await (report.outcome === 'loaded' ? trx.commit() : trx.rollback());
    return report;
  } catch (error) {
    // The cause matters, not that a lost connection cannot be rolled back either.
    await trx.rollback().catch(() => undefined);
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/** The load inside a transaction that changeBook has opened. */
export async function replaceBook(
  trx: Knex.Transaction,
  dir: string,
  options: LoadOptions,
): Promise<LoadReport> {
  const { formats = DEFAULT_FORMATS, tolerance = '0', isSample = false, progress } = options;
  const { files, unread } = await openBook(dir);
  for (const file of files) await stage(trx, file, { formats, progress });
  const books = files.map(({ book }) => book);
  await resolve(trx, books);
  await gatherProblems(trx, books, unread);
  const source = options.source ?? resolvePath(dir);
  const report = await reportStaged(trx, books, { source, isSample, tolerance });
  if (options.rejects !== undefined) await writeRejects(trx, options.rejects);

  const refusal = refusalOf(report, options.accepted ?? NO_LOSS);
  if (options.dryRun) return { ...report, refusal, outcome: 'dry_run' };
  if (refusal !== null) return { ...report, refusal, outcome: 'refused' };
  // The sample is always at hand again, any other book may not be.
  const isPrecious = report.loans.before > 0 && !report.replaces?.is_sample;
  if (isPrecious && options.confirm && !(await options.confirm(report)))
    return { ...report, outcome: 'declined' };
  await moveIn(trx, books);
  await describeBook(trx, report, { isSample, tolerance });
  await execute(trx, 'select refresh_allocation()');
  await execute(
    trx,
    `alter table allocated_instalments
     add constraint allocated_instalments_pkey primary key (loan_id, instalment_number)`,
  );
  await execute(trx, 'analyze allocated_instalments');
  return report;
}

/**
 * Empties the book and fills it with the accepted rows. Truncating is not MVCC-safe, so readers
 * lock loan_book before they take a snapshot; it is the first table locked here.
 */
async function moveIn(trx: Database, books: readonly BookFile[]): Promise<void> {
  const tables = BOOK_FILES.map(({ table }) => table).join(', ');
  await execute(trx, `truncate loan_book, ${tables}, allocated_instalments, rejected_rows`);
  await execute(trx, DROP_KEYS);
  for (const { table, columns, derived = {}, key } of books) {
    const names = [...columns.map(({ name }) => name), ...Object.keys(derived)].join(', ');
    await execute(
      trx,
      `insert into ${table} (${names})
       select ${names} from staged_${table} where outcome is null order by ${key.join(', ')}`,
    );
    await execute(trx, `analyze ${table}`);
  }
  await execute(trx, ADD_KEYS);
  await execute(trx, 'insert into rejected_rows select * from staged_problems');
}

async function describeBook(
  trx: Database,
  { source, files, affected_loans, notes }: LoadReport,
  { isSample, tolerance }: { isSample: boolean; tolerance: string },
): Promise<void> {
  await execute(
    trx,
    `insert into loan_book (source, files, is_sample, tolerance, affected_loans, notes)
     values (:source, cast(:files as jsonb), :isSample, cast(:tolerance as numeric),
             :affected, cast(:notes as jsonb))`,
    {
      ...{ source, files: JSON.stringify(files), isSample, tolerance },
      ...{ affected: affected_loans, notes: JSON.stringify(notes) },
    },
  );
}
