/** A sum that is still exact: a fraction of whole numbers, so that it can be rounded once, at the end. */
export interface Fraction {
  over: bigint;
  under: bigint;
}

/** Reads a plain decimal of 0 or more as a fraction, digit for digit. */
export function fraction(decimal: string): Fraction {
  const [whole = '', places = ''] = decimal.split('.');
  return { over: BigInt(whole + places), under: 10n ** BigInt(places.length) };
}

/** The exact sum. */
export function plus(a: Fraction, b: Fraction): Fraction {
  if (a.under === b.under) return { over: a.over + b.over, under: a.under };
  return { over: a.over * b.under + b.over * a.under, under: a.under * b.under };
}

/** The exact quotient; `b` is not 0. */
export function dividedBy(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.under, under: a.under * b.over };
}

/** Rounds half up to so many places and writes it as a decimal. */
export function rounded({ over, under }: Fraction, places: number): string {
  const units = (2n * over * 10n ** BigInt(places) + under) / (2n * under);
  const digits = units.toString().padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

export const NOTHING: Fraction = { over: 0n, under: 1n };
