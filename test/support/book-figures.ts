import { BUCKETS, bucket, daysPastDue, expected, outstanding, paid } from './loan-figures.ts';
import { type Book, type Loan, money } from './random-book.ts';

/** PAR and roll rates from the definitions, group by group, with nothing shared with sql/. */

const byText = (a: string | null, b: string | null) =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
const risk = (loan: Loan, day: number) => {
  const short = expected(loan, day) - paid(loan, day);
  return short > 0n ? short : 0n;
};

/** A share to six places, half up; null of nothing. */
function share(part: bigint, whole: bigint): string | null {
  if (whole === 0n) return null;
  const millionths = (part * 2_000_000n + whole) / (2n * whole);
  return `${millionths / 1_000_000n}.${(millionths % 1_000_000n).toString().padStart(6, '0')}`;
}

const MEASURES: [string, (days: number) => boolean][] = [
  ['PAR>0', (days) => days > 0],
  ['PAR>30', (days) => days > 30],
  ['PAR>60', (days) => days > 60],
  ['PAR>90', (days) => days > 90],
  ...BUCKETS.map((name): [string, (days: number) => boolean] => [
    name,
    (days) => bucket(days) === name,
  ]),
];

const branchOf = (book: Book, loan: Loan) =>
  book.branches.find(({ branch_id }) => branch_id === loan.branch_id);
const currencyOf = (book: Book, loan: Loan) => branchOf(book, loan)?.currency ?? null;
const distinct = <T>(values: T[]) => [...new Set(values)];

export function parRows(book: Book, day: number) {
  const group = (scope: string, loans: Loan[], names: object) => {
    const one = distinct(loans.map((loan) => currencyOf(book, loan))).length === 1;
    const lent = sum(
      loans.filter(({ released }) => released <= day).map((loan) => outstanding(loan, day)),
    );
    return MEASURES.map(([measure, counts]) => {
      const counted = loans.filter((loan) => counts(daysPastDue(loan, day)));
      const open = sum(counted.map((loan) => outstanding(loan, day)));
      const short = sum(counted.map((loan) => risk(loan, day)));
      return {
        ...{
          scope,
          branch_id: null,
          branch: null,
          currency: null,
          ...names,
          measure,
          loans: counted.length,
        },
        outstanding_balance: one ? money(open) : null,
        amount_at_risk: one ? money(short) : null,
        by_outstanding: one ? share(open, lent) : null,
        by_arrears: one ? share(short, lent) : null,
      };
    });
  };
  const currencies = distinct(book.loans.map((loan) => currencyOf(book, loan))).sort(byText);
  // In the order of the report: by currency, then by branch.
  const branches = distinct(book.loans.map(({ branch_id }) => branch_id))
    .map((branch_id) => {
      const loans = book.loans.filter((loan) => loan.branch_id === branch_id);
      const known = book.branches.find((branch) => branch.branch_id === branch_id);
      return {
        loans,
        names: { branch_id, branch: known?.branch ?? null, currency: known?.currency ?? null },
      };
    })
    .sort(
      (a, b) =>
        byText(a.names.currency, b.names.currency) || byText(a.names.branch_id, b.names.branch_id),
    );
  return [
    ...group('book', book.loans, {}),
    ...currencies.flatMap((currency) =>
      group(
        'currency',
        book.loans.filter((loan) => currencyOf(book, loan) === currency),
        { currency },
      ),
    ),
    ...branches.flatMap(({ loans, names }) => group('branch', loans, names)),
  ];
}

export function rollRows(book: Book, from: number, to: number) {
  const there = book.loans.filter(({ released }) => released <= from);
  const rows = [];
  for (const currency of distinct(there.map((loan) => currencyOf(book, loan))).sort(byText))
    for (const from_bucket of BUCKETS)
      for (const to_bucket of BUCKETS) {
        const came = there.filter(
          (l) => currencyOf(book, l) === currency && bucket(daysPastDue(l, from)) === from_bucket,
        );
        const went = came.filter((loan) => bucket(daysPastDue(loan, to)) === to_bucket);
        if (went.length === 0) continue;
        const balance = (loans: Loan[]) => sum(loans.map((loan) => outstanding(loan, from)));
        rows.push({
          ...{ currency, from_bucket, to_bucket, loans: went.length },
          share_of_loans: share(BigInt(went.length), BigInt(came.length)),
          outstanding_balance: money(balance(went)),
          share_of_outstanding: share(balance(went), balance(came)),
        });
      }
  return rows;
}
