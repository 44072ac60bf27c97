// @ts-check

/** Decimal text is computed with whole numbers of any size: no figure on the page goes through a JavaScript number. */

/** @param {string} text @param {number} places */
function scaled(text, places) {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) throw new TypeError(`expected a decimal, got ${text}`);
  return BigInt(`${sign}${whole}${fraction.padEnd(places, '0')}`);
}

/** @param {string} text */
const placesOf = (text) => text.split('.')[1]?.length ?? 0;

/** Half away from zero, as money is rounded. @param {bigint} over @param {bigint} under */
function divided(over, under) {
  const negative = over < 0n !== under < 0n;
  const [top, bottom] = [over < 0n ? -over : over, under < 0n ? -under : under];
  const quotient = (2n * top + bottom) / (2n * bottom);
  return negative ? -quotient : quotient;
}

/** @param {bigint} digits @param {number} places */
function written(digits, places) {
  const text = String(digits < 0n ? -digits : digits).padStart(places + 1, '0');
  const whole = text.slice(0, text.length - places);
  return `${digits < 0n ? '-' : ''}${whole}${places > 0 ? `.${text.slice(text.length - places)}` : ''}`;
}

/** `1234567.8900` → `1,234,567.8900`. @param {string} text */
export function groupThousands(text) {
  const [whole = '', fraction] = text.split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`);
}

/** @param {string} text @param {number} places */
function rounded(text, places) {
  const has = Math.max(placesOf(text), places);
  return written(divided(scaled(text, has), 10n ** BigInt(has - places)), places);
}

/** `over` / `under` × `times`, rounded once; null where nothing can be said. @param {string} over @param {string} under */
export function divide(over, under, { places = 2, times = 1n } = {}) {
  const has = Math.max(placesOf(over), placesOf(under));
  const bottom = scaled(under, has);
  return bottom === 0n
    ? null
    : written(divided(scaled(over, has) * times * 10n ** BigInt(places), bottom), places);
}

/** The change from `before` to `now` in percent, with its sign: `+0.42`. @param {string} now @param {string} before */
export function computePercentChange(now, before) {
  const share = divide(difference(now, before), before, { times: 100n });
  return share === null || share.startsWith('-') ? share : `+${share}`;
}

/** @param {string} text @param {string} less */
function difference(text, less) {
  const has = Math.max(placesOf(text), placesOf(less));
  return written(scaled(text, has) - scaled(less, has), has);
}

/** @param {string} one @param {string} other */
export function compareDecimals(one, other) {
  const has = Math.max(placesOf(one), placesOf(other));
  const [a, b] = [scaled(one, has), scaled(other, has)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `0.015107` → `1.51 %`. @param {string | null} share */
export const formatPercent = (share) =>
  share === null ? '–' : `${rounded(divide(share, '1', { places: 8, times: 100n }) ?? '0', 2)} %`;

/** @param {readonly string[]} amounts */
export function addDecimals(amounts) {
  const has = Math.max(0, ...amounts.map(placesOf));
  return written(
    amounts.reduce((total, amount) => total + scaled(amount, has), 0n),
    has,
  );
}

/** Where on a screen a value lies: for pixels only. @param {string} text */
export const toPixelValue = (text) => Number(text);
