import type { Column, Row } from '../../reports/report.ts';
import type { Pairs } from './queries.ts';
import type { RateRow } from './rows.ts';

/** A pivot: one row per day and one column per currency, with what a reader must know beside it. */
export function pivotByDay(rows: readonly RateRow[], { quotes }: Pairs) {
  const days = new Map<string, RateRow[]>();
  for (const row of rows) days.set(row.rate_date, [...(days.get(row.rate_date) ?? []), row]);
  const columns: Column[] = [
    { name: 'rate_date', kind: 'day' },
    ...quotes.map((name): Column => ({ name, kind: 'decimal' })),
    { name: 'source', kind: 'text' },
    { name: 'suspect', kind: 'text' },
    { name: 'stale', kind: 'text' },
  ];
  const gaps = Object.fromEntries(quotes.map((quote) => [quote, null]));
  const lines = [...days].map(([rate_date, ofDay]): Row => {
    const codes = (flag: 'suspect' | 'stale') =>
      ofDay.flatMap((row) => (row[flag] ? [row.quote] : [])).join(' ');
    return {
      rate_date,
      ...gaps,
      ...Object.fromEntries(ofDay.map(({ quote, rate }) => [quote, rate])),
      source: ofDay.find(({ source }) => source !== null)?.source ?? null,
      suspect: codes('suspect'),
      stale: codes('stale'),
    };
  });
  return { columns, rows: lines };
}

/** `fx-rates_KES-NGN_2026-11`: what the file holds, without its ending. */
export function rateFileName(
  { base, quotes }: Pairs,
  days: { from: string; to: string } | string,
): string {
  const codes = quotes.length > 7 ? `${quotes.length}-currencies` : quotes.join('-');
  const pair = base === 'USD' ? codes : `${base}-${codes}`;
  return `fx-rates_${pair}_${typeof days === 'string' ? days : shortRange(days)}`;
}

function shortRange({ from, to }: { from: string; to: string }): string {
  if (from === to) return from;
  const [month, nextDay] = [from.slice(0, 7), new Date(Date.parse(to) + 86_400_000).toISOString()];
  const isMonth = from.endsWith('-01') && to.startsWith(month) && nextDay.slice(8, 10) === '01';
  return isMonth ? month : `${from}_${to}`;
}
