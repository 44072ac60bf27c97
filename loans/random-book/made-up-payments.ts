import type { Day } from './days.ts';
import { type MadeUpLoan, UNITS, type Units } from './made-up-loan.ts';
import type { Random } from './random.ts';

export interface MadeUpPayment {
  paid: Day;
  amount: Units;
}

const ROUND = 1000n * UNITS;

/**
 * What comes in for a loan, in no order of days: most pay when it falls due or a little before, some late, in parts, too much, or
 * leave one out, and one in ten stops paying for good.
 */
export function makeUpPayments(random: Random, { instalments }: MadeUpLoan): MadeUpPayment[] {
  const sloppy = random.chance(35);
  const stopsAfter = random.chance(10)
    ? random.between(0, instalments.length - 1)
    : instalments.length;
  const payments: MadeUpPayment[] = [];
  for (const { due, amount } of instalments.slice(0, stopsAfter)) {
    const mood = sloppy ? random.between(0, 99) : 99;
    if (mood < 6) continue;
    if (mood < 30) payments.push(...inParts(random, due, amount));
    else if (mood < 60) payments.push({ paid: due + random.between(1, 75), amount });
    else if (mood < 68) payments.push({ paid: due, amount: ((amount + ROUND) / ROUND) * ROUND });
    else payments.push({ paid: due - (random.chance(20) ? random.between(1, 20) : 0), amount });
  }
  return shuffled(random, payments);
}

/** Two parts, sometimes on one day, sometimes the second never. */
function inParts(random: Random, due: Day, amount: Units): MadeUpPayment[] {
  const first = (amount * BigInt(random.between(20, 80))) / 100n;
  const parts = [{ paid: due, amount: first }];
  if (first > 0n && !random.chance(15))
    parts.push({ paid: due + random.between(0, 40), amount: amount - first });
  return parts;
}

/** The lender's payment ids do not follow the days of payment. */
function shuffled(random: Random, payments: MadeUpPayment[]): MadeUpPayment[] {
  for (let last = payments.length - 1; last > 0; last--) {
    const other = random.between(0, last);
    [payments[last], payments[other]] = [
      payments[other] as MadeUpPayment,
      payments[last] as MadeUpPayment,
    ];
  }
  return payments;
}
