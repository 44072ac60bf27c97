import type { Knex } from 'knex';
import type { BookFile } from './columns.ts';

/** So many rows of a file that were rounded and nothing else are kept; a workbook's export has a million of them. */
const ROUNDED_ROWS = 1000;
const ONLY_ROUNDED = String.raw`^([^\n]*" rounded to [0-9.]+\n?)+$`;

/**
 * Puts what the load of one file has to say into rejected_rows: every row that is not in the book, and every repair. Of rows that were
 * only rounded the first 1000 are kept, and an entry for the header's line says how many more there were.
 */
export async function keepProblems(
  trx: Knex.Transaction,
  { file, table }: BookFile,
): Promise<void> {
  await trx.raw(
    `insert into rejected_rows (file, line, entry, outcome, reason, raw)
     select :file, line, 1, outcome, reason, raw from staged_${table} where outcome is not null`,
    { file },
  );
  await trx.raw(
    `with repaired as materialized (
       select line, raw, warnings, warnings ~ :only_rounded as only_rounded
       from staged_${table} where outcome is null and warnings is not null
     ), listed as (
       select coalesce(max(line), 0) as last
       from (select line from repaired where only_rounded order by line limit ${ROUNDED_ROWS}) as first
     ), untold as (
       select count(*) as rows from repaired, listed where only_rounded and line > last
     )
     insert into rejected_rows (file, line, entry, outcome, reason, raw)
     select :file, line, entry, 'repaired', warning, raw
     from repaired, listed, string_to_table(warnings, e'\\n') with ordinality as said (warning, entry)
     where not only_rounded or line <= last
     union all
     select :file, 1, 1, 'repaired', format('%s more rows were only rounded to 4 decimals and are not listed', rows), ''
     from untold where rows > 0`,
    { file, only_rounded: ONLY_ROUNDED },
  );
}
