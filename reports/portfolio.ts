import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { query, sqlFile } from '../platform/sql.ts';
import { describeBook } from './book-notes.ts';
import { BASE, type Conversion, conversionNotes, rateParams, usedRates } from './conversion.ts';
import { columnsOf, type Report, type Row, reportSql } from './report.ts';

const PAR = reportSql('par.sql');
const ROLL = reportSql('roll_rates.sql');
const CONVERT = sqlFile(import.meta.url, 'sql/convert_par.sql');

const PAR_COLUMNS = columnsOf({
  scope: 'text',
  branch_id: 'text',
  branch: 'text',
  currency: 'text',
  measure: 'text',
  loans: 'integer',
  outstanding_balance: 'money',
  amount_at_risk: 'money',
  by_outstanding: 'share',
  by_arrears: 'share',
  principal_outstanding: 'money',
  by_principal: 'share',
});
const ROLL_COLUMNS = columnsOf({
  currency: 'text',
  from_bucket: 'text',
  to_bucket: 'text',
  loans: 'integer',
  share_of_loans: 'share',
  outstanding_balance: 'money',
  share_of_outstanding: 'share',
  settled_loans: 'integer',
  not_released_loans: 'integer',
  no_schedule_loans: 'integer',
});

interface ParLine extends Row {
  scope: string;
  currency: string | null;
  measure: string;
  outstanding_balance: string | null;
  amount_at_risk: string | null;
}

/**
 * Portfolio at risk and the buckets as of the close of `asOf`: for the whole book, each currency,
 * each branch and, with a conversion, the book in USD.
 */
export async function parReport(
  db: Database,
  asOf: string,
  conversion?: Conversion,
): Promise<Report> {
  const lines = await query<ParLine>(db, PAR, { as_of: asOf });
  const { book, notes } = await describeBook(db, { name: 'par', asOf });
  const report = { name: 'par' as const, columns: PAR_COLUMNS, totals: [], book };
  if (!conversion) return { ...report, rows: lines, notes };
  const portfolio = lines.filter(
    ({ scope, outstanding_balance }) => scope === 'currency' && outstanding_balance !== null,
  );
  const amounts = new Map<string | null, (string | null)[]>();
  for (const { currency, outstanding_balance, amount_at_risk } of portfolio)
    amounts.set(currency, [...(amounts.get(currency) ?? []), outstanding_balance, amount_at_risk]);
  return {
    ...report,
    rows: [...lines, ...(await convertBook(db, lines, { portfolio, conversion }))],
    notes: [...notes, ...conversionNotes(amounts, conversion)],
    rates: usedRates(amounts, conversion),
  };
}

const NOT_KNOWN = {
  outstanding_balance: null,
  amount_at_risk: null,
  by_outstanding: null,
  by_arrears: null,
  principal_outstanding: null,
  by_principal: null,
};

async function convertBook(
  db: Database,
  lines: readonly ParLine[],
  { portfolio, conversion }: { portfolio: readonly ParLine[]; conversion: Conversion },
): Promise<Row[]> {
  const converted = await query<Row & { measure: string }>(db, CONVERT, {
    ...rateParams(conversion),
    lines: JSON.stringify(portfolio),
  });
  const byMeasure = new Map(converted.map((line) => [line.measure, line]));
  return lines
    .filter(({ scope }) => scope === 'book')
    .map((line) => ({
      ...line,
      ...NOT_KNOWN,
      ...byMeasure.get(line.measure),
      scope: `book in ${BASE}`,
      currency: BASE,
    }));
}

/**
 * How the portfolio of the close of `from` moved between the buckets until the close of `asOf`.
 * Throws InvalidRequest when `from` is not before `asOf`.
 */
export async function rollReport(db: Database, asOf: string, from: string): Promise<Report> {
  if (from >= asOf) throw new InvalidRequest(`from: expected a day before ${asOf}, got ${from}`);
  const rows = await query<Row>(db, ROLL, { as_of: asOf, from_day: from });
  const described = await describeBook(db, { name: 'roll', asOf, conditions: [`from ${from}`] });
  return { name: 'roll', columns: ROLL_COLUMNS, rows, totals: [], ...described };
}
