import { type Book, isoDay, type Loan, money } from './random-book.ts';

/** The definitions of docs/loan-book.md, one loan and one day at a time, as a person would work them out: nothing shared with sql/. */

const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
const most = (a: bigint, b: bigint) => (a > b ? a : b);
const least = (a: bigint, b: bigint) => (a < b ? a : b);
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const latest = (days: number[]) => (days.length === 0 ? null : isoDay(Math.max(...days)));

export const expected = (loan: Loan, day: number) =>
  sum(loan.instalments.filter(({ due }) => due <= day).map(({ amount }) => amount));
export const paid = (loan: Loan, day: number) =>
  sum(loan.payments.filter((p) => p.paid <= day).map(({ amount }) => amount));
const atRisk = (loan: Loan, day: number) => most(0n, expected(loan, day) - paid(loan, day));
const oldestFirst = ({ instalments }: Loan) =>
  [...instalments].sort((a, b) => a.due - b.due || order(a.schedule_id, b.schedule_id));
/** What has to have come in for the instalment to be covered. */
const needed = (loan: Loan, at: number) =>
  sum(
    oldestFirst(loan)
      .slice(0, at + 1)
      .map(({ amount }) => amount),
  );

export function daysPastDue(loan: Loan, day: number): number {
  const oldest = oldestFirst(loan).find(
    ({ due }, at) => due <= day && paid(loan, day) < needed(loan, at),
  );
  return oldest ? day - oldest.due : 0;
}

export function outstanding(loan: Loan, day: number): bigint {
  return loan.released <= day
    ? most(0n, sum(loan.instalments.map(({ amount }) => amount)) - paid(loan, day))
    : 0n;
}

function parDays(loan: Loan, day: number): number {
  let days = 0;
  const first = Math.min(day, ...loan.instalments.map(({ due }) => due));
  for (let d = first; d < day; d++) if (expected(loan, d) > paid(loan, d)) days++;
  return days;
}

export const BUCKETS = ['current', '1-30', '31-60', '61-90', '90+'];
export function bucket(days: number): string {
  return days <= 0
    ? 'current'
    : days <= 30
      ? '1-30'
      : days <= 60
        ? '31-60'
        : days <= 90
          ? '61-90'
          : '90+';
}

export function summaryRow(book: Book, loan: Loan, day: number) {
  const branch = book.branches.find(({ branch_id }) => branch_id === loan.branch_id);
  const days = daysPastDue(loan, day);
  const open = outstanding(loan, day);
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
    current_days_past_due: days,
    last_due_date: latest(loan.instalments.map(({ due }) => due).filter((due) => due <= day)),
    last_repayment_date: latest(loan.payments.map((p) => p.paid).filter((on) => on <= day)),
    amount_at_risk: money(atRisk(loan, day)),
    borrower_credit_score: loan.score,
    branch: branch?.branch ?? null,
    branch_id: loan.branch_id,
    borrower_name: loan.borrower_name,
    total_amount_paid: money(paid(loan, day)),
    total_amount_expected: money(expected(loan, day)),
    par_days: parDays(loan, day),
    status:
      loan.released > day
        ? 'not_released'
        : open === 0n
          ? 'settled'
          : days > 0
            ? 'in_arrears'
            : 'current',
    bucket: bucket(days),
    outstanding_balance: money(open),
  };
}

export function missedRows(loan: Loan, day: number) {
  return oldestFirst(loan).flatMap((instalment, at) => {
    const need = needed(loan, at);
    const short = need - paid(loan, instalment.due);
    if (instalment.due >= day || short <= 0n) return [];
    let cleared: number | null = instalment.due;
    while (cleared !== null && paid(loan, cleared) < need)
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
      },
    ];
  });
}

export function historyRows(loan: Loan, until: number) {
  const rows = [];
  const first = Math.min(
    loan.released,
    ...loan.instalments.map(({ due }) => due),
    ...loan.payments.map((p) => p.paid),
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
