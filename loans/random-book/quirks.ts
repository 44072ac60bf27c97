import { inShortMonth, noSuchDayText, shortDayText } from './days.ts';
import { type Fate, type LoanRows, type RawFields, row } from './loan-rows.ts';

/** What raw files are known to hold, by the lender's own files; each puts one such thing among the rows of a loan. */
export const QUIRKS: Readonly<Record<string, (rows: LoanRows) => void>> = {
  'maturity day that does not exist': ({ loan, made }) => {
    const last = made.instalments.at(-1)?.due ?? made.released;
    mend(loan[0], 8, noSuchDayText(last));
  },
  'release day that does not exist': ({ loan, made }) =>
    mend(loan[0], 2, noSuchDayText(made.released)),
  'due day that does not exist': ({ schedule, made }) => {
    const at = made.instalments.findIndex(({ due }) => inShortMonth(due));
    mend(schedule[at], 2, noSuchDayText(made.instalments[at]?.due ?? made.released));
  },
  'credit score that is no number': ({ borrower }) => mend(borrower[0], 4, 'a'),
  'more than four decimals': ({ schedule, made }) => {
    const quotient = (made.amount * SEVEN_PLACES) / BigInt(made.term);
    if (quotient % SEVEN_PLACES === 0n) return;
    const digits = quotient.toString();
    for (const instalment of schedule.slice(0, -1))
      mend(instalment, 3, `${digits.slice(0, -11)}.${digits.slice(-11)}`);
  },
  'payment day that does not exist': (rows) =>
    stray(rows, { 2: noSuchDayText(rows.made.released + 40) }),
  'payment of an unknown loan': (rows) => stray(rows, { 0: 'L-unknown' }),
  'payment that is no number': (rows) => stray(rows, { 3: 'n/a' }),
  'payment of 0': (rows) => stray(rows, { 3: '0' }),
  'payment below 0': (rows) => stray(rows, { 3: '-250.5' }),
  'loan of an unknown borrower': ({ loan, schedule }) => {
    again(loan, 'rejected', { 0: 'B-unknown', 1: `${loan[0]?.fields[1]}-X` });
    again(schedule, 'rejected', {
      0: `${loan[0]?.fields[1]}-X`,
      1: `${schedule[0]?.fields[1]}-X`,
    });
  },
  'payment twice': (rows) => {
    const { fields } = somePayment(rows);
    rows.payments.push({ fields: fields.map((field) => ` ${field} `), fate: 'duplicate' });
  },
  'instalment twice': ({ schedule }) => again(schedule, 'duplicate'),
  'loan twice': ({ loan }) => again(loan, 'duplicate'),
  'borrower twice': ({ borrower }) => again(borrower, 'duplicate'),
  'payment id with other content': (rows) => {
    somePayment(rows);
    again(rows.payments, 'rejected', { 3: '1.2345' });
  },
  'instalment id with other content': ({ schedule }) =>
    again(schedule, 'rejected', { 3: '1.2345' }),
  'loan id with other content': ({ loan }) => again(loan, 'rejected', { 5: '1.2345' }),
  'borrower id with other content': ({ borrower }) =>
    again(borrower, 'rejected', { 2: 'Elsewhere' }),
  'spaces around fields': ({ schedule }) => {
    for (const one of schedule) one.fields = one.fields.map((field) => `  ${field} `);
  },
  'days without zeros': ({ payments }) => {
    for (const one of payments) one.fields[2] = one.fields[2]?.replace(/\b0/g, '') ?? '';
  },
  'quoted comma': ({ borrower }) => {
    for (const one of borrower) one.fields[2] = `"${one.fields[2]}, West"`;
  },
  'payments on one day': (rows) => {
    const paid = somePayment(rows);
    for (let more = 0; more < 2; more++)
      rows.payments.push(
        row(paid.fields[0] ?? '', rows.nextPaymentId(), paid.fields[2] ?? '', '12.5'),
      );
  },
};

/** The workbook's quotients have 11 decimals, 7 more than an amount. */
const SEVEN_PLACES = 10n ** 7n;

function mend(target: RawFields | undefined, at: number, text: string): void {
  if (!target) return;
  target.fields[at] = text;
  target.fate = 'repaired';
}

/** The first of the rows once more, with some fields changed. */
function again(
  rows: RawFields[],
  fate: Fate,
  changed: Readonly<Record<number, string>> = {},
): void {
  rows.push({ fields: (rows[0]?.fields ?? []).map((field, at) => changed[at] ?? field), fate });
}

/** One more payment, which cannot stay. */
function stray(rows: LoanRows, changed: Readonly<Record<number, string>>): void {
  const { fields } = onePayment(rows);
  rows.payments.push({
    fields: fields.map((field, at) => changed[at] ?? field),
    fate: 'rejected',
  });
}

function somePayment(rows: LoanRows): RawFields {
  if (rows.payments.length === 0) rows.payments.push(onePayment(rows));
  return rows.payments[0] as RawFields;
}

function onePayment({ loan, made, nextPaymentId }: LoanRows): RawFields {
  return row(loan[0]?.fields[1] ?? '', nextPaymentId(), shortDayText(made.released + 35), '12.5');
}
