import type { Knex } from 'knex';
import { type Fraction, fraction, NOTHING, plus, rounded } from './exact-sum.ts';
import { type Conversion, conversionNotes, inBase } from './in-base.ts';
import { BASE } from './rates-of-day.ts';
import type { Report, Row, TotalLine } from './report.ts';

const PLACES = 4;
type Sums = Map<string, Fraction>;

/**
 * Totals of rows that each belong to a loan, one line a currency (that of the loan's branch). Currencies are never added up, but in
 * USD when a conversion is given: each amount exactly, rounded once at the end.
 */
export async function totalsOf(
  db: Knex,
  rows: readonly Row[],
  { columns, conversion }: { columns: readonly string[]; conversion: Conversion | undefined },
): Promise<Pick<Report, 'totals' | 'notes'>> {
  const sums = sumsByCurrency(rows, columns, await currencyOfLoans(db));
  const currencies = [...sums.keys()].sort((a, b) =>
    a === null ? 1 : b === null || a < b ? -1 : 1,
  );
  const totals: TotalLine[] = currencies.map((currency) => ({
    label: `total ${currency ?? '(no currency)'}`,
    sums: lineOf(columns, (column) => sums.get(currency)?.get(column) ?? NOTHING),
  }));
  if (!conversion || sums.size === 0) return { totals, notes: [] };
  const ofColumn = (column: string) =>
    new Map([...sums].map(([currency, of]) => [currency, of.get(column) ?? NOTHING]));
  totals.push({
    label: `total in ${BASE}`,
    sums: lineOf(columns, (column) => inBase(ofColumn(column), conversion)),
  });
  return { totals, notes: conversionNotes(currencies, conversion) };
}

function sumsByCurrency(
  rows: readonly Row[],
  columns: readonly string[],
  currencyOf: Map<string, string>,
): Map<string | null, Sums> {
  const sums = new Map<string | null, Sums>();
  for (const row of rows) {
    const currency = currencyOf.get(row['loan_id'] as string) ?? null;
    const own: Sums = sums.get(currency) ?? new Map();
    for (const column of columns)
      own.set(column, plus(own.get(column) ?? NOTHING, fraction(row[column] as string)));
    sums.set(currency, own);
  }
  return sums;
}

function lineOf(
  columns: readonly string[],
  sum: (column: string) => Fraction | null,
): Record<string, string | null> {
  const written = (amount: Fraction | null) => amount && rounded(amount, PLACES);
  return Object.fromEntries(columns.map((column) => [column, written(sum(column))]));
}

async function currencyOfLoans(db: Knex): Promise<Map<string, string>> {
  const { rows } = await db.raw<{ rows: { loan_id: string; currency: string }[] }>(
    `select loan_id, coalesce(loans.currency, branches.currency) as currency
     from loans left join loan_branches using (loan_id) left join branches using (branch_id)
     where coalesce(loans.currency, branches.currency) is not null`,
  );
  return new Map(rows.map(({ loan_id, currency }) => [loan_id, currency]));
}
