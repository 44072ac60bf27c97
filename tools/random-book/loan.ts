import type { Place } from './places.ts';
import { type Day, dayOf, dayText, monthsLater, type Random } from './random.ts';

/** Money in ten-thousandths of the currency: exact, as numeric(18,4) is. */
type Units = bigint;
const UNITS = 10_000n;

/** What a load makes of a row. */
export type Fate = 'loaded' | 'repaired' | 'warned' | 'duplicate' | 'ignored' | 'rejected';

export interface RawFields {
  fields: string[];
  fate: Fate;
}

interface RandomLoan {
  released: Day;
  term: number;
  amount: Units;
  downpayment: Units;
  /** What each instalment but the last comes to. */
  instalment: Units;
  instalments: { due: Day; amount: Units }[];
}

/** The rows of one loan, as the raw files hold them; no borrower when an earlier loan has it. */
export interface LoanRows {
  random: RandomLoan;
  borrower: RawFields[];
  loan: RawFields[];
  schedule: RawFields[];
  payments: RawFields[];
  branch: RawFields[];
  /** An id for one more payment. */
  nextPaymentId: () => string;
}

const TERMS = [6, 12, 18, 24, 30, 36, 42];
/** Five years, so that any day from 2019 on finds loans running, settled and overdue. */
const FIRST_RELEASE = dayOf(2018, 1, 1);
const LAST_RELEASE = dayOf(2022, 12, 31);
const ROUND = 1000n * UNITS;

export const row = (...fields: string[]): RawFields => ({ fields, fate: 'loaded' });

/** Writes a random loan into rows that have nothing wrong with them. */
export function randomLoanRows(
  draw: Random,
  place: Place,
  { number, borrowerId }: { number: number; borrowerId: string },
): LoanRows {
  const random = randomLoan(draw, place);
  const received = randomPayments(draw, random);
  const digits = String(number).padStart(7, '0');
  const loanId = `L${digits}`;
  const child = (letter: string, at: number) => `${letter}${digits}${String(at).padStart(3, '0')}`;
  const maturity = random.instalments.at(-1)?.due ?? random.released;
  const loan = row(borrowerId, loanId, dayText(random.released), String(random.term), '1.05');
  loan.fields.push(
    amountText(random.amount),
    amountText(random.downpayment),
    amountText(random.instalment),
    dayText(maturity),
  );
  const schedule = random.instalments.map(({ due, amount }, at) =>
    row(loanId, child('S', at + 1), dayText(due), amountText(amount)),
  );
  const payments = received.map(({ paid, amount }, at) =>
    row(loanId, child('P', at + 1), dayText(paid), amountText(amount)),
  );
  return {
    ...{ random, borrower: [], loan: [loan], schedule, payments },
    branch: [row(loanId, place.branchId)],
    nextPaymentId: () => child('P', payments.length + 1),
  };
}

/** Monthly instalments that add up to the loan: rounded half up, the last one takes the rest. */
function randomLoan(draw: Random, { least, most }: Place): RandomLoan {
  const released = draw.between(FIRST_RELEASE, LAST_RELEASE);
  const term = draw.pick(TERMS);
  const amount = BigInt(draw.between(least, most)) * UNITS;
  const months = BigInt(term);
  const instalment = (2n * amount + months) / (2n * months);
  const instalments: RandomLoan['instalments'] = [];
  for (let month = 1; month < term; month++)
    instalments.push({ due: monthsLater(released, month), amount: instalment });
  instalments.push({
    due: monthsLater(released, term),
    amount: amount - instalment * (months - 1n),
  });
  const downpayment = (amount / UNITS / 10n) * UNITS;
  return { released, term, amount, downpayment, instalment, instalments };
}

interface RandomPayment {
  paid: Day;
  amount: Units;
}

/**
 * What is received for a loan, in no order of days: most pay on the due day or a little before,
 * some late, in parts, too much, or leave one out, and one in ten stops paying for good.
 */
function randomPayments(draw: Random, { instalments }: RandomLoan): RandomPayment[] {
  const isSloppy = draw.chance(35);
  const stopsAfter = draw.chance(10) ? draw.between(0, instalments.length - 1) : instalments.length;
  const payments: RandomPayment[] = [];
  for (const { due, amount } of instalments.slice(0, stopsAfter)) {
    const mood = isSloppy ? draw.between(0, 99) : 99;
    if (mood < 6) continue;
    if (mood < 30) payments.push(...inParts(draw, due, amount));
    else if (mood < 60) payments.push({ paid: due + draw.between(1, 75), amount });
    else if (mood < 68) payments.push({ paid: due, amount: ((amount + ROUND) / ROUND) * ROUND });
    else payments.push({ paid: due - (draw.chance(20) ? draw.between(1, 20) : 0), amount });
  }
  return shuffle(draw, payments);
}

/** Two parts, sometimes on one day; sometimes the second never comes. */
function inParts(draw: Random, due: Day, amount: Units): RandomPayment[] {
  const first = (amount * BigInt(draw.between(20, 80))) / 100n;
  const parts = [{ paid: due, amount: first }];
  if (first > 0n && !draw.chance(15))
    parts.push({ paid: due + draw.between(0, 40), amount: amount - first });
  return parts;
}

/** The lender's payment ids do not follow the days of payment. */
function shuffle(draw: Random, payments: RandomPayment[]): RandomPayment[] {
  for (let last = payments.length - 1; last > 0; last--) {
    const other = draw.between(0, last);
    [payments[last], payments[other]] = [
      payments[other] as RandomPayment,
      payments[last] as RandomPayment,
    ];
  }
  return payments;
}

/** Ten-thousandths as a plain decimal, without zeros at the end. */
function amountText(units: Units): string {
  const digits = units.toString().padStart(5, '0');
  const fraction = digits.slice(-4).replace(/0+$/, '');
  return fraction ? `${digits.slice(0, -4)}.${fraction}` : digits.slice(0, -4);
}
