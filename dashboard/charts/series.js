// @ts-check

/** Currencies in the order of their colours: CSS classes and strokes use the number, from 1. */
const ORDER = ['NGN', 'GHS', 'KES', 'UGX', 'MAD', 'XOF', 'EGP'];
const COLOURS = 7;

/** 1 to 7. @param {string} currency */
export function getSeriesColour(currency) {
  const index = ORDER.indexOf(currency);
  if (index >= 0) return index + 1;
  return ([...currency].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % COLOURS) + 1;
}
