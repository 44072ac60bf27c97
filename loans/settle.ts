import type { Knex } from 'knex';
import type { BookFile } from './columns.ts';

/**
 * Decides between the staged rows of one file, parents having been settled before: a row whose parent is not in the book is set
 * aside; of rows with one id the first in file order stays, an equal one is a duplicate, one with other content is rejected.
 */
export async function settle(trx: Knex.Transaction, book: BookFile): Promise<void> {
  if (book.belongsTo) await setAsideOrphans(trx, book.table, book.belongsTo);
  await setAsideRepeats(trx, book);
}

async function setAsideOrphans(
  trx: Knex.Transaction,
  table: string,
  parent: { column: string; table: string },
): Promise<void> {
  await trx.raw(`
    update staged_${table} as orphan
    set outcome = 'rejected', reason = format('unknown ${parent.column} "%s"', orphan.${parent.column})
    where outcome is null
      and not exists (
        select from staged_${parent.table} as parent
        where parent.${parent.column} = orphan.${parent.column} and parent.outcome is null)`);
}

async function setAsideRepeats(
  trx: Knex.Transaction,
  { table, key, columns }: BookFile,
): Promise<void> {
  const keys = key.join(', ');
  const id = key.at(-1);
  const all = (row: string) => columns.map(({ name }) => `${row}.${name}`).join(', ');
  // In a table of its own, so that Postgres knows how few there are before it plans how to find their rows.
  await trx.raw(`
    create temporary table repeated_${table} on commit drop as
    select ${keys}, min(line) as line from staged_${table} where outcome is null group by ${keys} having count(*) > 1`);
  await trx.raw(`analyze repeated_${table}`);
  await trx.raw(`
    update staged_${table} as repeat
    set outcome = case when same then 'duplicate' else 'rejected' end,
        reason = format(case when same then 'the same row as line %s' else '${id} "%2$s" is on line %1$s with other content' end,
                        first_line, repeat.${id})
    from (
      select later.line, first.line as first_line, row(${all('later')}) is not distinct from row(${all('first')}) as same
      from repeated_${table} as repeated
      join staged_${table} as first on first.line = repeated.line
      join staged_${table} as later on (${key.map((name) => `later.${name}`).join(', ')}) = (${key.map((name) => `repeated.${name}`).join(', ')}) and later.line > repeated.line and later.outcome is null
    ) as found
    where repeat.line = found.line`);
}
