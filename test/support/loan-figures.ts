import { type Book, isoDay, type Loan, money } from './random-book.ts';

/**
 * The definitions of docs/loan-book.md, one loan and one day at a time, as a person would work them
 * out: nothing shared with sql/.
 */

const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
const most = (a: bigint, b: bigint) => (a > b ? a : b);
const least = (a: bigint, b: bigint) => (a < b ? a : b);
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const latest = (days: number[]) => (days.length === 0 ? null : isoDay(Math.max(...days)));

const isReleased = (loan: Loan, day: number) => loan.released <= day;
const expected = (loan: Loan, day: number) =>
  sum(loan.instalments.filter(({ due }) => due <= day).map(({ amount }) => amount));
/** A payment that was reversed counts as never received. */
const received = ({ payments, reversals }: Loan) =>
  payments.filter(({ payment_id }) => !reversals.some(({ voids }) => voids === payment_id));
const paid = (loan: Loan, day: number) =>
  sum(
    received(loan)
      .filter((p) => p.paid <= day)
      .map(({ amount }) => amount),
  );
export const atRisk = (loan: Loan, day: number) =>
  isReleased(loan, day) ? most(0n, expected(loan, day) - paid(loan, day)) : 0n;
const oldestFirst = ({ instalments }: Loan) =>
  [...instalments].sort((a, b) => a.due - b.due || order(a.schedule_id, b.schedule_id));
const scheduled = ({ instalments }: Loan) => sum(instalments.map(({ amount }) => amount));
/** What has to have come in, but for the tolerance, for the instalment to be covered. */
const needed = (loan: Loan, at: number) =>
  sum(
    oldestFirst(loan)
      .slice(0, at + 1)
      .map(({ amount }) => amount),
  );
const covers = (loan: Loan, money: bigint, need: bigint) => money >= need - loan.tolerance;

export function daysPastDue(loan: Loan, day: number): number {
  if (!isReleased(loan, day)) return 0;
  const oldest = oldestFirst(loan).find(
    ({ due }, at) => due <= day && !covers(loan, paid(loan, day), needed(loan, at)),
  );
  return oldest ? day - oldest.due : 0;
}

/** Null for a released loan without instalments: it is unknown. */
export function outstanding(loan: Loan, day: number): bigint | null {
  if (!isReleased(loan, day)) return 0n;
  if (loan.instalments.length === 0) return null;
  return most(0n, scheduled(loan) - paid(loan, day));
}

/** The part of each instalment that is principal, as a straight line: LoanAmount / instalments. */
export function principal(loan: Loan, day: number): bigint | null {
  const open = outstanding(loan, day);
  const whole = scheduled(loan);
  if (open === null || whole === 0n) return open;
  return (2n * open * loan.amount + whole) / (2n * whole);
}

export function status(loan: Loan, day: number): string {
  if (!isReleased(loan, day)) return 'not_released';
  const open = outstanding(loan, day);
  if (open === null) return 'no_schedule';
  if (open <= loan.tolerance) return 'settled';
  return daysPastDue(loan, day) > 0 ? 'in_arrears' : 'current';
}

export const isInPortfolio = (loan: Loan, day: number) =>
  ['in_arrears', 'current'].includes(status(loan, day));

function parDays(loan: Loan, day: number): number {
  let days = 0;
  for (let d = loan.released; d < day; d++)
    if (!covers(loan, paid(loan, d), expected(loan, d))) days++;
  return days;
}

export const BUCKETS = ['current', '1-30', '31-60', '61-90', '90+'];
/** Null outside of the portfolio. */
export function bucket(loan: Loan, day: number): string | null {
  if (!isInPortfolio(loan, day)) return null;
  const days = daysPastDue(loan, day);
  if (days === 0) return 'current';
  if (days <= 30) return '1-30';
  if (days <= 60) return '31-60';
  return days <= 90 ? '61-90' : '90+';
}

export const currencyOf = (book: Book, loan: Loan) =>
  loan.currency ??
  book.branches.find(({ branch_id }) => branch_id === loan.branch_id)?.currency ??
  null;
const moneyOrNull = (units: bigint | null) => (units === null ? null : money(units));

export function summaryRow(book: Book, loan: Loan, day: number) {
  const branch = book.branches.find(({ branch_id }) => branch_id === loan.branch_id);
  return {
    loan_id: loan.loan_id,
    borrower_id: loan.borrower_id,
    date_of_release: isoDay(loan.released),
    term: 8,
    LoanAmount: money(loan.amount),
    Downpayment: '1.5000',
    state: null,
    city: null,
    zip_code: '00100',
    payment_frequency: money(loan.amount / 8n),
    maturity_date: isoDay(loan.released + 300),
    current_days_past_due: daysPastDue(loan, day),
    last_due_date: latest(loan.instalments.map(({ due }) => due).filter((due) => due <= day)),
    last_repayment_date: latest(
      received(loan)
        .map((p) => p.paid)
        .filter((on) => on <= day),
    ),
    amount_at_risk: money(atRisk(loan, day)),
    borrower_credit_score: loan.score,
    branch: branch?.branch ?? null,
    branch_id: loan.branch_id,
    borrower_name: loan.borrower_name,
    total_amount_paid: money(paid(loan, day)),
    total_amount_expected: money(expected(loan, day)),
    par_days: parDays(loan, day),
    status: status(loan, day),
    bucket: bucket(loan, day),
    outstanding_balance: moneyOrNull(outstanding(loan, day)),
    currency: currencyOf(book, loan),
    principal_outstanding: moneyOrNull(principal(loan, day)),
  };
}

export function missedRows(book: Book, loan: Loan, day: number) {
  if (!isReleased(loan, day)) return [];
  return oldestFirst(loan).flatMap((instalment, at) => {
    const need = needed(loan, at);
    const short = need - paid(loan, instalment.due);
    if (instalment.due >= day || short <= loan.tolerance) return [];
    let cleared: number | null = instalment.due;
    while (cleared !== null && !covers(loan, paid(loan, cleared), need))
      cleared = cleared < day ? cleared + 1 : null;
    return [
      {
        loan_id: loan.loan_id,
        borrower_id: loan.borrower_id,
        schedule_id: instalment.schedule_id,
        instalment_number: at + 1,
        due_date: isoDay(instalment.due),
        amount: money(instalment.amount),
        amount_missed: money(least(instalment.amount, short)),
        date_cleared: cleared === null ? null : isoDay(cleared),
        days_late: (cleared ?? day) - instalment.due,
        amount_unpaid: money(most(0n, least(instalment.amount, need - paid(loan, day)))),
        status: cleared === null ? 'open' : 'cleared',
        currency: currencyOf(book, loan),
      },
    ];
  });
}

export function historyRows(loan: Loan, until: number) {
  const rows = [];
  const first = Math.min(
    loan.released,
    ...loan.instalments.map(({ due }) => due),
    ...received(loan).map((p) => p.paid),
  );
  for (let day = first; day <= until; day++)
    rows.push({
      day: isoDay(day),
      current_days_past_due: daysPastDue(loan, day),
      amount_at_risk: money(atRisk(loan, day)),
      total_amount_expected: money(expected(loan, day)),
      total_amount_paid: money(paid(loan, day)),
    });
  return rows;
}
