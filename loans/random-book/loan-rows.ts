import { dayText } from './days.ts';
import type { MadeUpLoan, Units } from './made-up-loan.ts';
import type { MadeUpPayment } from './made-up-payments.ts';

/** What a load makes of a row. */
export type Fate = 'loaded' | 'repaired' | 'duplicate' | 'rejected';

export interface RawFields {
  fields: string[];
  fate: Fate;
}

/** The rows of one loan, as the raw files will hold them; no borrower when an earlier loan brought it. */
export interface LoanRows {
  made: MadeUpLoan;
  borrower: RawFields[];
  loan: RawFields[];
  schedule: RawFields[];
  payments: RawFields[];
  /** An id for one more payment. */
  nextPaymentId: () => string;
}

export interface NumberedLoan {
  number: number;
  borrowerId: string;
  made: MadeUpLoan;
  payments: readonly MadeUpPayment[];
}

export const row = (...fields: string[]): RawFields => ({ fields, fate: 'loaded' });

/** Writes a loan, its instalments and its payments into rows that have nothing wrong with them. */
export function loanRows({ number, borrowerId, made, payments: received }: NumberedLoan): LoanRows {
  const digits = String(number).padStart(7, '0');
  const loanId = `L${digits}`;
  const child = (letter: string, at: number) => `${letter}${digits}${String(at).padStart(3, '0')}`;
  const maturity = made.instalments.at(-1)?.due ?? made.released;
  const loan = row(borrowerId, loanId, dayText(made.released), String(made.term), '1.05');
  loan.fields.push(
    amountText(made.amount),
    amountText(made.downpayment),
    amountText(made.instalment),
    dayText(maturity),
  );
  const schedule = made.instalments.map(({ due, amount }, at) =>
    row(loanId, child('S', at + 1), dayText(due), amountText(amount)),
  );
  const payments = received.map(({ paid, amount }, at) =>
    row(loanId, child('P', at + 1), dayText(paid), amountText(amount)),
  );
  return {
    made,
    borrower: [],
    loan: [loan],
    schedule,
    payments,
    nextPaymentId: () => child('P', payments.length + 1),
  };
}

/** Ten-thousandths as a plain decimal, without zeros at the end. */
function amountText(units: Units): string {
  const digits = units.toString().padStart(5, '0');
  const fraction = digits.slice(-4).replace(/0+$/, '');
  return fraction ? `${digits.slice(0, -4)}.${fraction}` : digits.slice(0, -4);
}
