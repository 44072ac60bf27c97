const DECIMAL = /^(-?)(\d+(?:\.(\d*))?|\.(\d+))$/;
const PLACES = 4;
/** numeric(18,4) holds 14 digits before the point. */
const LIMIT = 10n ** 18n;

/**
 * Reads a plain decimal and rounds it half up (away from zero) to 4 places, on its digits: never through a JavaScript number.
 * `rounded` is true when a digit that was not 0 went. `not a number`: no plain decimal, so also `1e5` and `1,000`: a comma may be
 * a decimal point elsewhere, and money is not guessed. `too large`: more than numeric(18,4) holds.
 */
export function readExactAmount(
  text: string,
): { amount: string; rounded: boolean } | 'not a number' | 'too large' {
  const match = DECIMAL.exec(text);
  if (!match) return 'not a number';
  const [, sign = '', , afterWhole, afterPoint] = match;
  const fraction = afterWhole ?? afterPoint ?? '';
  // Nearly every amount is short and has nothing to round: Postgres reads it as it stands.
  if (fraction.length <= PLACES && text.length <= 14) return { amount: text, rounded: false };

  const whole = text.slice(sign.length).split('.')[0] ?? '';
  const kept = BigInt(`${whole}${fraction.slice(0, PLACES).padEnd(PLACES, '0')}`);
  const units = fraction.charAt(PLACES) >= '5' ? kept + 1n : kept;
  if (units >= LIMIT) return 'too large';
  const digits = units.toString().padStart(PLACES + 1, '0');
  const amount = `${sign}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`;
  return { amount, rounded: /[1-9]/.test(fraction.slice(PLACES)) };
}
