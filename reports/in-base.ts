import { dividedBy, type Fraction, fraction, NOTHING, plus } from './exact-sum.ts';
import { BASE, type RateOfDay, rateNote } from './rates-of-day.ts';

/** What turns amounts of several currencies into one: the rates and the day they are for. */
export interface Conversion {
  asOf: string;
  rates: ReadonlyMap<string, RateOfDay>;
}

/** Adds up amounts of several currencies in USD, not rounded yet; null when the rate of any of them is missing: it is not guessed. */
export function inBase(
  amounts: ReadonlyMap<string | null, Fraction>,
  { rates }: Conversion,
): Fraction | null {
  let sum = NOTHING;
  for (const [currency, amount] of amounts) {
    const rate = currency === null ? undefined : rates.get(currency);
    if (!rate) return null;
    sum = plus(sum, dividedBy(amount, fraction(rate.mid)));
  }
  return sum;
}

/** A note for each currency: the rate that was used or that is missing. */
export function conversionNotes(
  currencies: Iterable<string | null>,
  { asOf, rates }: Conversion,
): string[] {
  return [...currencies]
    .filter((currency) => currency !== BASE)
    .map((currency) =>
      rateNote(currency, asOf, currency === null ? undefined : rates.get(currency)),
    );
}
