import type { Knex } from 'knex';
import { dividedBy, type Fraction, fraction, NOTHING, plus, rounded } from './exact-sum.ts';
import { type Conversion, conversionNotes, inBase } from './in-base.ts';
import { BASE } from './rates-of-day.ts';
import type { Report, Row } from './report.ts';
import { runSql } from './run-sql.ts';

/** Portfolio at risk and the buckets as of the close of `asOf`: the whole book, each currency, each branch, and the book in USD. */
export async function par(db: Knex, asOf: string, conversion?: Conversion): Promise<Report> {
  const { columns, rows } = await runSql(db, 'par.sql', { as_of: asOf });
  const notes = conversion
    ? conversionNotes(new Set(ofCurrencies(rows).map(currencyOf)), conversion)
    : [];
  return {
    name: 'par',
    columns,
    rows: conversion ? [...rows, ...bookInBase(rows, conversion)] : rows,
    totals: [],
    notes,
  };
}

function bookInBase(rows: readonly Row[], conversion: Conversion): Row[] {
  const amount = (column: string, counts: (row: Row) => boolean): Fraction | null => {
    const amounts = new Map<string | null, Fraction>();
    for (const row of ofCurrencies(rows).filter(counts))
      amounts.set(
        currencyOf(row),
        plus(amounts.get(currencyOf(row)) ?? NOTHING, fraction(row[column] as string)),
      );
    return inBase(amounts, conversion);
  };
  // Every loan is in one bucket, so the buckets together are the whole book.
  const lent = amount('outstanding_balance', ({ measure }) => !String(measure).startsWith('PAR'));
  const share = (of: Fraction | null) =>
    of && lent && lent.over > 0n ? rounded(dividedBy(of, lent), 6) : null;
  return rows
    .filter(({ scope }) => scope === 'book')
    .map((row) => {
      const outstanding = amount(
        'outstanding_balance',
        ({ measure }) => measure === row['measure'],
      );
      const atRisk = amount('amount_at_risk', ({ measure }) => measure === row['measure']);
      return {
        ...row,
        scope: `book in ${BASE}`,
        currency: BASE,
        outstanding_balance: outstanding && rounded(outstanding, 4),
        amount_at_risk: atRisk && rounded(atRisk, 4),
        by_outstanding: share(outstanding),
        by_arrears: share(atRisk),
      };
    });
}

const ofCurrencies = (rows: readonly Row[]) => rows.filter(({ scope }) => scope === 'currency');
const currencyOf = ({ currency }: Row) => currency as string | null;
