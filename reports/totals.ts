import type { Database } from '../platform/database.ts';
import { query, type SqlParams, sqlFile } from '../platform/sql.ts';
import { BASE, type Conversion, conversionNotes, rateParams, usedRates } from './conversion.ts';
import type { Report, Row, TotalLine } from './report.ts';

const CONVERT = sqlFile(import.meta.url, 'sql/convert_totals.sql');

/**
 * The statement that adds up columns of a report per currency. `report` is a whole statement with
 * a column `currency`; `matches` is a condition on its rows.
 */
export const totalsSql = (report: string, columns: readonly string[], matches: string): string => `
select currency, cast(count(*) as integer) as row_count,
       ${columns.map((name) => `coalesce(sum("${name}"), 0) as "${name}"`).join(', ')}
from (${report}) report
where ${matches}
group by currency
order by currency nulls last`;

/**
 * Runs a statement of `totalsSql`: one line per currency, and the number of rows. Amounts of
 * different currencies are never added up, except in USD when a conversion is given: exactly, and
 * rounded once at the end.
 */
export async function readTotals(
  db: Database,
  sql: string,
  { params, conversion }: { params: SqlParams; conversion?: Conversion | undefined },
): Promise<Pick<Report, 'totals' | 'notes' | 'rates'> & { count: number }> {
  const lines = await query<Row & { currency: string | null; row_count: number }>(db, sql, params);
  const count = lines.reduce((sum, { row_count }) => sum + row_count, 0);
  const totals: TotalLine[] = lines.map(({ currency, row_count: _, ...sums }) => ({
    label: `total ${currency ?? '(no currency)'}`,
    currency,
    sums: sums as TotalLine['sums'],
  }));
  if (!conversion || lines.length === 0) return { totals, notes: [], count };
  const amounts = new Map(totals.map(({ currency, sums }) => [currency, Object.values(sums)]));
  const converted = await query<{ name: string; total: string | null }>(db, CONVERT, {
    ...rateParams(conversion),
    amounts: JSON.stringify(
      totals.flatMap(({ currency, sums }) =>
        Object.entries(sums).map(([name, amount]) => ({ name, currency, amount })),
      ),
    ),
  });
  const inBase = new Map(converted.map(({ name, total }) => [name, total]));
  const names = Object.keys(totals[0]?.sums ?? {});
  totals.push({
    label: `total in ${BASE}`,
    currency: BASE,
    sums: Object.fromEntries(names.map((name) => [name, inBase.get(name) ?? null])),
  });
  return {
    totals,
    count,
    notes: conversionNotes(amounts, conversion),
    rates: usedRates(amounts, conversion),
  };
}
