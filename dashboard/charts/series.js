// @ts-check

/** Each currency has one colour, wherever it is drawn: classes and chart strokes both go by its place here. */
const ORDER = ['NGN', 'GHS', 'KES', 'UGX', 'MAD', 'XOF', 'EGP'];
const COLOURS = 7;

/** 1 to 7. @param {string} currency */
export function getSeriesColour(currency) {
  const place = ORDER.indexOf(currency);
  if (place >= 0) return place + 1;
  return ([...currency].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % COLOURS) + 1;
}
