import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { execute, query, queryRow, sqlFile } from '../platform/sql.ts';
import { BOOK_FILES, type BookFile } from './columns.ts';

const MATCH_REVERSALS = sqlFile(import.meta.url, 'sql/match_reversals.sql');
const RECONCILE_SCHEDULES = sqlFile(import.meta.url, 'sql/reconcile_schedules.sql');

/**
 * Decides between the staged rows of all files: rows of a missing or rejected parent, repeated
 * ids, reversals, and instalments that do not add up to their loan. Throws InvalidRequest when a
 * file that a book cannot do without has no row left.
 */
export async function resolve(trx: Database, books: readonly BookFile[]): Promise<void> {
  for (const book of books) {
    if (book.parent) await rejectOrphans(trx, book, book.parent);
    await resolveRepeats(trx, book);
    if (book.table === 'loan_payments') await execute(trx, MATCH_REVERSALS);
    if (!book.optional) await requireRows(trx, book);
  }
  await execute(trx, RECONCILE_SCHEDULES);
  await warnBeforeRelease(trx);
  if (books.some(({ table }) => table === 'branches')) await warnUnknownBranches(trx, books);
}

/** A value of the files inside a message: bounded and without control characters. */
const shown = (column: string) =>
  `'"' || left(regexp_replace(${column}, '[[:cntrl:]]', '\ufffd', 'g'), 40) || '"'`;

/** A child of a rejected row is counted under the problem of that row, its root. */
async function rejectOrphans(
  trx: Database,
  { table }: BookFile,
  { column, table: parent }: { column: string; table: string },
): Promise<void> {
  const parentFile = BOOK_FILES.find((book) => book.table === parent)?.file;
  await execute(
    trx,
    `with rejected as (
       select distinct on (${column}) ${column}, line, under
       from staged_${parent}
       where outcome = 'rejected' and ${column} is not null
       order by ${column}, line
     )
     update staged_${table} as orphan
     set outcome = 'rejected',
         code = case when found.line is null then 'unknown_parent' else 'parent_rejected' end,
         reason = case when found.line is null then 'unknown ${column} ' || ${shown('found.id')}
                  else '${column} ' || ${shown('found.id')}
                       || ' is rejected on line ' || found.line || ' of ${parentFile}' end,
         under = coalesce(found.under, '${parentFile}:' || found.line)
     from (
       select child.line as child_line, child.${column} as id, rejected.line, rejected.under
       from staged_${table} as child
       left join rejected using (${column})
       where child.outcome is null
         and not exists (
           select from staged_${parent} as parent
           where parent.${column} = child.${column} and parent.outcome is null)
     ) as found
     where orphan.line = found.child_line`,
  );
}

/** Equal rows are duplicates. Rows with one key and different content contradict each other. */
async function resolveRepeats(
  trx: Database,
  { table, key, columns, conflict }: BookFile,
): Promise<void> {
  const keys = key.join(', ');
  const id = key.at(-1);
  const row = (alias: string) => columns.map(({ name }) => `${alias}.${name}`).join(', ');
  const sameKey = (a: string, b: string) =>
    key.map((name) => `${a}.${name} = ${b}.${name}`).join(' and ');
  // A table of its own, so that Postgres knows how few there are before it plans the join.
  if (conflict === 'reject all') await rejectTwins(trx, { table, key });
  const found = await execute(
    trx,
    `create temporary table repeated_${table} on commit drop as
     select ${keys}, min(line) as line
     from staged_${table}
     where outcome is null
     group by ${keys}
     having count(*) > 1`,
  );
  if (found === 0) return;
  await execute(trx, `analyze repeated_${table}`);
  await execute(
    trx,
    `update staged_${table} as repeat
     set outcome = case when is_same then 'duplicate' else 'rejected' end,
         code = case when is_same then 'duplicate' else 'id_conflict' end,
         reason = case when is_same then 'the same row as line ' || first_line
                  else '${id} ' || ${shown(`repeat.${id}`)}
                       || ' is on line ' || first_line || ' with other content' end
     from (
       select later.ctid, first.line as first_line,
              row(${row('later')}) is not distinct from row(${row('first')}) as is_same
       from repeated_${table} as repeated
       join staged_${table} as first
         on ${sameKey('first', 'repeated')} and first.line = repeated.line
       join staged_${table} as later
         on ${sameKey('later', 'repeated')}
            and later.line > repeated.line and later.outcome is null
     ) as found
     where repeat.ctid = found.ctid`,
  );
  if (conflict === 'keep first') return;
  await execute(
    trx,
    `update staged_${table} as kept
     set outcome = 'rejected', code = 'id_conflict',
         reason = '${id} ' || ${shown(`kept.${id}`)}
                  || ' is on line ' || other_line || ' with other content'
     from (
       select ${keys}, min(line) as other_line
       from staged_${table}
       where code = 'id_conflict'
       group by ${keys}
     ) as other
     where kept.outcome is null and ${sameKey('kept', 'other')}`,
  );
}

/** A row whose key is also that of a row that cannot be read: its children could be of either. */
async function rejectTwins(trx: Database, { table, key }: Pick<BookFile, 'table' | 'key'>) {
  const [id = ''] = key;
  await execute(
    trx,
    `update staged_${table} as kept
     set outcome = 'rejected', code = 'id_conflict',
         reason = '${id} ' || ${shown(`kept.${id}`)} || ' is on line ' || other_line
                  || ' with other content'
     from (
       select ${id}, min(line) as other_line
       from staged_${table}
       where outcome = 'rejected'
       group by ${id}
     ) as other
     where kept.outcome is null and kept.${id} = other.${id}`,
  );
}

/** A truncated file, or one in another format, would replace a full book with an empty one. */
async function requireRows(trx: Database, { file, table, needsRows }: BookFile): Promise<void> {
  const { accepted } = await queryRow<{ accepted: boolean }>(
    trx,
    `select exists (select from staged_${table} where outcome is null) as accepted`,
  );
  if (accepted) return;
  const [first] = await query<{ line: number; reason: string }>(
    trx,
    `select line, reason from staged_${table} order by line limit 1`,
  );
  if (first)
    throw new InvalidRequest(`${file}: no row can be loaded; line ${first.line}: ${first.reason}`);
  if (needsRows)
    throw new InvalidRequest(`${file}: line 2, expected rows below the header, found none`);
}

/** Nothing falls due or is paid before the money is lent: most often a wrong year. */
async function warnBeforeRelease(trx: Database): Promise<void> {
  const days = [
    ['payment_schedule', 'expected_payment_date', 'Expected_payment_date'],
    ['loan_payments', 'date_paid', 'Date_paid'],
  ];
  for (const [table, day, header] of days)
    await execute(
      trx,
      `update staged_${table} as dated
       set marks = concat_ws(e'\\n', dated.marks, concat_ws(e'\\x1f', 'warned', 'before_release',
         '${header} ' || dated.${day} || ' is before the release on ' || loan.date_of_release))
       from staged_loans as loan
       where loan.loan_id = dated.loan_id and loan.outcome is null and dated.outcome is null
         and dated.${day} < loan.date_of_release`,
    );
  await execute(
    trx,
    `update staged_loans
     set marks = concat_ws(e'\\n', marks, concat_ws(e'\\x1f', 'warned', 'maturity_before_release',
       'Maturity_date ' || maturity_date || ' is before the release on ' || date_of_release))
     where outcome is null and maturity_date < date_of_release`,
  );
}

/** Its loans would silently lose their currency. */
async function warnUnknownBranches(trx: Database, books: readonly BookFile[]): Promise<void> {
  if (!books.some(({ table }) => table === 'loan_branches')) return;
  await execute(
    trx,
    `update staged_loan_branches as placed
     set marks = concat_ws(e'\\n', marks, concat_ws(e'\\x1f', 'warned', 'unknown_branch',
       'branch_id ' || ${shown('branch_id')} || ' is not in branch.csv'))
     where outcome is null
       and not exists (
         select from staged_branches as branch
         where branch.branch_id = placed.branch_id and branch.outcome is null)`,
  );
}
