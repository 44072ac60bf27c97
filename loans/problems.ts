import { once } from 'node:events';
import { createWriteStream, type Stats } from 'node:fs';
import { lstat, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { execute, query } from '../platform/sql.ts';
import { BOOK_FILES, type BookFile } from './columns.ts';
import type { Unread } from './open-book.ts';

/** One thing the load has to say about a row, or about several of one kind. */
export interface BookProblem {
  file: string;
  /** Where the row starts in its file; the header is line 1, 0 means the file itself. */
  line: number;
  /** The loan that the row is of, where that can be read; a long id is cut. */
  loan_id: string | null;
  outcome: 'rejected' | 'warned' | 'ignored' | 'duplicate' | 'repaired';
  code: string;
  reason: string;
  /** Rows with this problem. */
  rows: number;
}

/** What comes first in a list: lost rows must never hide below a thousand roundings. */
const MOST_URGENT_FIRST = "array['rejected', 'warned', 'ignored', 'duplicate', 'repaired']";
/** Warnings and repairs of one kind that are listed one by one; rounding never is. */
const LISTED_PER_CODE = 100;
const FILE_ORDER = `array[${BOOK_FILES.map(({ file }) => `'${file}'`).join(', ')}]`;

/**
 * Gathers what the staged rows came to in the temporary table `staged_problems`, which has the
 * columns of rejected_rows: every row that is not in the book, and its warnings and repairs.
 */
export async function gatherProblems(
  trx: Database,
  books: readonly BookFile[],
  unread: readonly Unread[],
): Promise<void> {
  await execute(
    trx,
    'create temporary table staged_problems (like rejected_rows including defaults) on commit drop',
  );
  await execute(
    trx,
    `insert into staged_problems (file, line, entry, outcome, code, reason, raw)
     select left(file, 200), 0, entry, 'warned', code, reason, ''
     from rows from (
       json_to_recordset(cast(:unread as json)) as (file text, code text, reason text)
     ) with ordinality as given (file, code, reason, entry)`,
    { unread: JSON.stringify(unread) },
  );
  for (const book of books) {
    await execute(
      trx,
      `insert into staged_problems (file, line, entry, outcome, code, reason, raw)
       select :file, line, 1, outcome, code, reason, raw
       from staged_${book.table} where outcome is not null`,
      { file: book.file },
    );
    await gatherMarks(trx, book);
  }
  for (const book of books) if (book.parent) await countChildren(trx, book, books);
}

/** Warnings and repairs: the first of each kind one by one, the rest as one entry. */
async function gatherMarks(trx: Database, { file, table }: BookFile): Promise<void> {
  await execute(
    trx,
    `with marked as (
       select line, raw, entry, split_part(mark, e'\\x1f', 1) as outcome,
              split_part(mark, e'\\x1f', 2) as code, split_part(mark, e'\\x1f', 3) as reason
       from staged_${table},
            string_to_table(marks, e'\\n') with ordinality as said (mark, entry)
       where outcome is null and marks is not null
     )
     , numbered as (
       select *, row_number() over (partition by code order by line, entry) as place,
              case when code = 'rounded' then 0 else ${LISTED_PER_CODE} end as listed
       from marked
     )
     insert into staged_problems (file, line, entry, outcome, code, reason, raw, rows)
     select :file, line, entry, outcome, code, reason, raw, 1
     from numbered where place <= listed
     union all
     select :file, min(line), (array_agg(entry order by line, entry))[1], outcome, code,
            count(*) || case when code <> 'rounded' then ' more like it'
                             when count(*) = 1 then ' amount rounded to 4 decimals'
                             else ' amounts rounded to 4 decimals' end
              || ', first ' || (array_agg(reason order by line, entry))[1],
            (array_agg(raw order by line, entry))[1], count(*)
     from (select * from numbered where place > listed) as rest
     group by outcome, code`,
    { file },
  );
}

/** Says at a rejected row how many rows of other files went with it. */
async function countChildren(
  trx: Database,
  { table, noun }: BookFile,
  books: readonly BookFile[],
): Promise<void> {
  const parents = books.filter((book) => books.some(({ parent }) => parent?.table === book.table));
  await execute(
    trx,
    `update staged_problems as root
     set reason = root.reason
           || case when root.reason like '%; with it %' then ', ' else '; with it ' end
           || children || case when children = 1 then :one else :several end
     from (
       select under, count(*) as children
       from staged_${table}
       where under is not null
       group by under
     ) as child
     where root.file = any(:parents) and root.file || ':' || root.line = child.under
       and root.outcome = 'rejected' and root.code <> 'parent_rejected'`,
    { one: ` ${noun[0]}`, several: ` ${noun[1]}`, parents: parents.map(({ file }) => file) },
  );
}

/** The problems to show, most urgent first; children of a rejected row are counted in its entry. */
export async function listProblems(
  trx: Database,
  books: readonly BookFile[],
  limit: number,
): Promise<{ problems: BookProblem[]; count: number }> {
  const rowsOfLoans = books
    .filter(({ columns }) => columns.some(({ name }) => name === 'loan_id'))
    .map(
      ({ file, table }) =>
        `select '${file}', line, loan_id from staged_${table}
         where outcome is not null or marks is not null`,
    );
  const problems = await query<BookProblem & { total: number }>(
    trx,
    `with listed as (
       select file, line, outcome, code, reason, rows, cast(count(*) over () as integer) as total,
              row_number() over (order by array_position(${MOST_URGENT_FIRST}, outcome),
                array_position(${FILE_ORDER}, file), file, line, entry) as place
       from staged_problems
       where code <> 'parent_rejected'
       order by place
       limit :limit
     )
     , of_loan(file, line, loan_id) as (${rowsOfLoans.join(' union all ')})
     select file, line, left(loan_id, 40) as loan_id, outcome, code, reason, rows, total
     from listed left join of_loan using (file, line)
     order by place`,
    { limit },
  );
  return {
    problems: problems.map(({ total: _, ...problem }) => problem),
    count: problems[0]?.total ?? 0,
  };
}

/** The rows are written here first, so that an old file stays until the new one is complete. */
const unfinishedOf = (path: string) => `${path}.part`;

/**
 * Throws InvalidRequest when writing to `path` would replace a folder, a link, a device or a file
 * of the input folder, or make one that the next load reads. Checked before anything is read.
 */
export async function checkRejectsPath(path: string, dir: string): Promise<void> {
  const fault = (await faultOf(path, dir)) ?? (await faultOfUnfinished(path));
  if (fault) throw new InvalidRequest(`--rejects ${path}: ${fault}`);
}

async function faultOf(path: string, dir: string): Promise<string | undefined> {
  const real = (folder: string) => realpath(folder).catch(() => undefined);
  const isInFolder = (await real(dirname(path))) === (await real(dir));
  if (isInFolder && BOOK_FILES.some(({ file }) => file === basename(path)))
    return 'is a file of the input folder, name another file';
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return 'is a folder, name a file in it';
  // Also by way of a symbolic or a hard link.
  if (found && (await isInput(found, dir)))
    return 'is a file of the input folder, name another file';
  const itself = await lstat(path).catch(() => undefined);
  if (itself?.isSymbolicLink()) return 'is a symbolic link, name the file itself';
  // The finished file takes the place of what is there: a device would be gone for good.
  if (itself && !itself.isFile()) return 'is no regular file';
  return undefined;
}

async function isInput({ ino, dev }: Stats, dir: string): Promise<boolean> {
  for (const name of await readdir(dir).catch(() => [])) {
    const input = await stat(join(dir, name)).catch(() => undefined);
    if (input?.ino === ino && input.dev === dev) return true;
  }
  return false;
}

async function faultOfUnfinished(path: string): Promise<string | undefined> {
  const found = await lstat(unfinishedOf(path)).catch(() => undefined);
  return found && `${unfinishedOf(path)} exists already, remove it or name another file`;
}

/**
 * Writes the rows that stay out of the book as CSV: file, line, reason, and the row as it came.
 * Cells that a spreadsheet would run as a formula get an apostrophe in front. Memory stays flat.
 * Throws InvalidRequest when the file cannot be written.
 */
export async function writeRejects(trx: Database, path: string): Promise<void> {
  const unfinished = unfinishedOf(path);
  // Fails where something is there already: never writes through a link, or over another's file.
  const file = createWriteStream(unfinished, { flags: 'wx' });
  try {
    await once(file, 'open');
    const connection: ClientBase = await trx.client.acquireConnection();
    const rows = connection.query(
      copyTo(
        `copy (
           select ${safeCell('file')}, line, ${safeCell('reason')}, ${safeCell('raw')}
           from staged_problems
           where outcome in ('rejected', 'duplicate', 'ignored')
           order by file, line, entry
         ) to stdout with (format csv, header)`,
      ),
    );
    await pipeline(rows, file);
    await rename(unfinished, path);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') await rm(unfinished, { force: true }).catch(() => undefined);
    if (!syscall) throw error;
    throw new InvalidRequest(`${path} cannot be written (${code}): nothing was loaded`, {
      cause: error,
    });
  }
}

const safeCell = (name: string) =>
  `case when ${name} ~ e'^[=+@\\t\\r\\n-]' then '''' || ${name} else ${name} end as ${name}`;
