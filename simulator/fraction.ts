/** An exact positive or negative ratio. Rates stay one until they are written: the only rounding is the last. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** The fraction that a plain decimal such as `2.05` or `-3` stands for. The caller has checked that it is one. */
export function fractionOf(decimal: string): Fraction {
  const [whole = '0', decimals = ''] = decimal.split('.');
  return { top: BigInt(whole + decimals), bottom: 10n ** BigInt(decimals.length) };
}

/** The exact product. */
export function product(...factors: readonly Fraction[]): Fraction {
  return factors.reduce((left, right) => ({
    top: left.top * right.top,
    bottom: left.bottom * right.bottom,
  }));
}

/** 1 divided by a fraction that is not 0. */
export function inverseOf({ top, bottom }: Fraction): Fraction {
  return { top: bottom, bottom: top };
}

/** A positive fraction in units of 10^-places, halves rounded up. */
export function roundedUnits({ top, bottom }: Fraction, places: number): bigint {
  return (top * 10n ** BigInt(places) * 2n + bottom) / (bottom * 2n);
}

/** A positive fraction as plain decimal text with exactly `places` decimals. */
export function decimalText(fraction: Fraction, places: number): string {
  const digits = roundedUnits(fraction, places)
    .toString()
    .padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
