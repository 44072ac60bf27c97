import { type Fate, type LoanRows, type RawFields, row } from './loan.ts';
import { dayText, isInShortMonth, monthsLater, noSuchDayText } from './random.ts';

/** Puts one quirk of the lender's own files among the rows of a loan. */
export type Quirk = (rows: LoanRows) => void;

/** Quirks that a load accepts: formats, repairs, warnings, duplicates. */
export const ACCEPTED_QUIRKS: Readonly<Record<string, Quirk>> = {
  'maturity day that does not exist': ({ loan, random }) => {
    const last = random.instalments.at(-1)?.due ?? random.released;
    change(loan[0], 8, noSuchDayText(last));
  },
  'release day that does not exist': ({ loan, random }) =>
    change(loan[0], 2, noSuchDayText(monthsLater(random.released, -1))),
  'due day that does not exist': ({ schedule, random }) => {
    const at = random.instalments.findIndex(({ due }) => isInShortMonth(due));
    change(schedule[at], 2, noSuchDayText(random.instalments[at]?.due ?? random.released));
  },
  'credit score that is no number': ({ borrower }) => change(borrower[0], 4, 'a', 'warned'),
  'more than four decimals': ({ schedule, random }) => {
    const quotient = (random.amount * SEVEN_PLACES) / BigInt(random.term);
    if (quotient % SEVEN_PLACES === 0n) return;
    const digits = quotient.toString();
    for (const instalment of schedule.slice(0, -1))
      change(instalment, 3, `${digits.slice(0, -11)}.${digits.slice(-11)}`);
  },
  'payment of 0': (rows) => addPayment(rows, { 3: '0' }, 'ignored'),
  'payment reversed': (rows) => {
    const { fields } = somePayment(rows);
    const later = dayText(rows.random.released + 3000);
    addPayment(rows, { 2: later, 3: `-${fields[3]}` }, 'loaded');
  },
  'payment twice': (rows) => {
    const { fields } = somePayment(rows);
    rows.payments.push({ fields: fields.map((field) => ` ${field} `), fate: 'duplicate' });
  },
  'instalment twice': ({ schedule }) => repeat(schedule, 'duplicate'),
  'loan twice': ({ loan }) => repeat(loan, 'duplicate'),
  'borrower twice': ({ borrower }) => repeat(borrower, 'duplicate'),
  'spaces around fields': ({ schedule }) => {
    for (const one of schedule) one.fields = one.fields.map((field) => `  ${field} `);
  },
  'days without zeros': ({ payments }) => {
    for (const one of payments) one.fields[2] = withoutZeros(one.fields[2] ?? '');
  },
  'quoted comma': ({ borrower }) => {
    for (const one of borrower) one.fields[2] = `"${one.fields[2]}, West"`;
  },
  'payments on one day': (rows) => {
    const { fields } = somePayment(rows);
    for (let more = 0; more < 2; more++)
      addPayment(rows, { 2: fields[2] ?? '', 3: '12.5' }, 'loaded');
  },
};

/** Quirks for which a load rejects rows. */
export const REJECTED_QUIRKS: Readonly<Record<string, Quirk>> = {
  'payment day that does not exist': (rows) =>
    addPayment(rows, { 2: noSuchDayText(rows.random.released + 40) }, 'rejected'),
  'payment of an unknown loan': (rows) => addPayment(rows, { 0: 'L-unknown' }, 'rejected'),
  'payment that is no number': (rows) => addPayment(rows, { 3: 'n/a' }, 'rejected'),
  'reversal of no payment': (rows) => addPayment(rows, { 3: '-250.5' }, 'rejected'),
  'loan of an unknown borrower': ({ loan, schedule }) => {
    const loanId = `${loan[0]?.fields[1]}-X`;
    repeat(loan, 'rejected', { 0: 'B-unknown', 1: loanId });
    repeat(schedule, 'rejected', { 0: loanId, 1: `${schedule[0]?.fields[1]}-X` });
  },
  'payment id with other content': (rows) => {
    somePayment(rows);
    repeat(rows.payments, 'rejected', { 3: '1.2345' });
  },
  'instalment id with other content': ({ schedule }) =>
    repeat(schedule, 'rejected', { 3: '1.2345' }),
  'loan id of two loans': ({ loan, schedule, payments, branch }) => {
    repeat(loan, 'rejected', { 5: '12345' });
    for (const one of [...loan, ...schedule, ...payments, ...branch]) one.fate = 'rejected';
  },
  'borrower id with other content': ({ borrower }) =>
    repeat(borrower, 'rejected', { 2: 'Elsewhere' }),
};

/** The workbook's quotients have 11 decimals, 7 more than an amount. */
const SEVEN_PLACES = 10n ** 7n;

const withoutZeros = (day: string) => day.replace(/\b0/g, '');

function change(
  target: RawFields | undefined,
  at: number,
  text: string,
  fate: Fate = 'repaired',
): void {
  if (!target) return;
  target.fields[at] = text;
  target.fate = fate;
}

/** The first of the rows once more, with some fields changed. */
function repeat(rows: RawFields[], fate: Fate, changed: Readonly<Record<number, string>> = {}) {
  rows.push({ fields: (rows[0]?.fields ?? []).map((field, at) => changed[at] ?? field), fate });
}

/** One more payment, with some fields changed. */
function addPayment(rows: LoanRows, changed: Readonly<Record<number, string>>, fate: Fate): void {
  const { fields } = newPayment(rows);
  rows.payments.push({ fields: fields.map((field, at) => changed[at] ?? field), fate });
}

function somePayment(rows: LoanRows): RawFields {
  if (rows.payments.length === 0) rows.payments.push(newPayment(rows));
  return rows.payments[0] as RawFields;
}

function newPayment({ loan, random, nextPaymentId }: LoanRows): RawFields {
  const day = withoutZeros(dayText(random.released + 35));
  return row(loan[0]?.fields[1] ?? '', nextPaymentId(), day, '12.5');
}
