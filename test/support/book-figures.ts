import {
  atRisk,
  BUCKETS,
  bucket,
  currencyOf,
  daysPastDue,
  isInPortfolio,
  outstanding,
  principal,
  status,
} from './loan-figures.ts';
import { type Book, type Loan, money } from './random-book.ts';

/** PAR and roll rates from the definitions, group by group, with nothing shared with sql/. */

const byText = (a: string | null, b: string | null) =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
/** A share to six places, half up; null of nothing. */
function share(part: bigint, whole: bigint): string | null {
  if (whole === 0n) return null;
  const millionths = (part * 2_000_000n + whole) / (2n * whole);
  return `${millionths / 1_000_000n}.${(millionths % 1_000_000n).toString().padStart(6, '0')}`;
}

const OUTSIDE = ['settled', 'not_released', 'no_schedule'];
const MEASURES: [string, (loan: Loan, day: number) => boolean][] = [
  ['portfolio', isInPortfolio],
  ...[0, 30, 60, 90].map((days): [string, (loan: Loan, day: number) => boolean] => [
    `PAR>${days}`,
    (loan, day) => isInPortfolio(loan, day) && daysPastDue(loan, day) > days,
  ]),
  ...BUCKETS.map((name): [string, (loan: Loan, day: number) => boolean] => [
    name,
    (loan, day) => bucket(loan, day) === name,
  ]),
  ...OUTSIDE.map((name): [string, (loan: Loan, day: number) => boolean] => [
    name,
    (loan, day) => status(loan, day) === name,
  ]),
];

const distinct = <T>(values: T[]) => [...new Set(values)];

export function parRows(book: Book, day: number) {
  const group = (scope: string, loans: Loan[], names: object) => {
    const one = distinct(loans.map((loan) => currencyOf(book, loan))).length === 1;
    const portfolio = loans.filter((loan) => isInPortfolio(loan, day));
    const lent = sum(portfolio.map((loan) => outstanding(loan, day) ?? 0n));
    const principalLent = sum(portfolio.map((loan) => principal(loan, day) ?? 0n));
    return MEASURES.map(([measure, counts]) => {
      const counted = loans.filter((loan) => counts(loan, day));
      const open = sum(counted.map((loan) => outstanding(loan, day) ?? 0n));
      const short = sum(counted.map((loan) => atRisk(loan, day)));
      const capital = sum(counted.map((loan) => principal(loan, day) ?? 0n));
      const known = one && !OUTSIDE.includes(measure);
      return {
        ...{ scope, branch_id: null, branch: null, currency: null, ...names },
        ...{ measure, loans: counted.length },
        outstanding_balance: known ? money(open) : null,
        amount_at_risk: known ? money(short) : null,
        by_outstanding: known ? share(open, lent) : null,
        by_arrears: known ? share(short, lent) : null,
        principal_outstanding: known ? money(capital) : null,
        by_principal: known ? share(capital, principalLent) : null,
      };
    });
  };
  const currencies = distinct(book.loans.map((loan) => currencyOf(book, loan))).sort(byText);
  // In the order of the report: by currency, then by branch. A branch may have several currencies.
  const keyOf = (loan: Loan) => JSON.stringify([loan.branch_id, currencyOf(book, loan)]);
  const branches = distinct(book.loans.map(keyOf))
    .map((key) => {
      const [branch_id, currency] = JSON.parse(key) as [string | null, string | null];
      const loans = book.loans.filter((loan) => keyOf(loan) === key);
      const known = book.branches.find((branch) => branch.branch_id === branch_id);
      return { loans, names: { branch_id, branch: known?.branch ?? null, currency } };
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
  const rows = [];
  for (const currency of distinct(book.loans.map((loan) => currencyOf(book, loan))).sort(byText)) {
    const own = book.loans.filter((loan) => currencyOf(book, loan) === currency);
    const outside = (name: string) => own.filter((loan) => status(loan, from) === name).length;
    const endOf = (loan: Loan) => bucket(loan, to) ?? status(loan, to);
    for (const from_bucket of BUCKETS) {
      const came = own.filter((loan) => bucket(loan, from) === from_bucket);
      for (const to_bucket of [...BUCKETS, 'settled']) {
        const went = came.filter((loan) => endOf(loan) === to_bucket);
        if (went.length === 0) continue;
        const balance = (loans: Loan[]) => sum(loans.map((loan) => outstanding(loan, from) ?? 0n));
        rows.push({
          ...{ currency, from_bucket, to_bucket, loans: went.length },
          share_of_loans: share(BigInt(went.length), BigInt(came.length)),
          outstanding_balance: money(balance(went)),
          share_of_outstanding: share(balance(went), balance(came)),
          settled_loans: outside('settled'),
          not_released_loans: outside('not_released'),
          no_schedule_loans: outside('no_schedule'),
        });
      }
    }
  }
  return rows;
}
