import { type Day, day, monthsLater } from './days.ts';
import type { Place } from './places.ts';
import type { Random } from './random.ts';

/** Money in ten-thousandths of the currency: exact, as numeric(18,4) is. */
export type Units = bigint;

export const UNITS = 10_000n;

export interface MadeUpLoan {
  released: Day;
  term: number;
  amount: Units;
  downpayment: Units;
  /** What each instalment but the last comes to. */
  instalment: Units;
  instalments: { due: Day; amount: Units }[];
}

const TERMS = [6, 12, 18, 24, 30, 36, 42];
/** Loans of five years, so that any day from 2019 on finds some running, some settled and some overdue. */
const FIRST_RELEASE = day(2018, 1, 1);
const LAST_RELEASE = day(2022, 12, 31);

/** A loan in monthly instalments that add up to its amount: the quotient rounded half up to 4 decimals, the last one takes the rest. */
export function makeUpLoan(random: Random, { least, most }: Place): MadeUpLoan {
  const released = random.between(FIRST_RELEASE, LAST_RELEASE);
  const term = random.of(TERMS);
  const amount = BigInt(random.between(least, most)) * UNITS;
  const months = BigInt(term);
  const instalment = (2n * amount + months) / (2n * months);
  const instalments: MadeUpLoan['instalments'] = [];
  for (let month = 1; month < term; month++)
    instalments.push({ due: monthsLater(released, month), amount: instalment });
  instalments.push({
    due: monthsLater(released, term),
    amount: amount - instalment * (months - 1n),
  });
  return {
    released,
    term,
    amount,
    downpayment: (amount / UNITS / 10n) * UNITS,
    instalment,
    instalments,
  };
}
