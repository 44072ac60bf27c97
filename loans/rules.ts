import { readCalendarDay } from './calendar-day.ts';
import { readExactAmount } from './exact-amount.ts';

/** What a rule makes of one trimmed field: the text Postgres takes, or null; a repaired value and why; or why the row cannot stay. */
type Ruling = string | null | { repaired: string | null; because: string } | { refused: string };
export type Rule = (text: string) => Ruling;

/** Bytes that are not UTF-8 arrive as U+FFFD, and Postgres cannot hold a NUL. */
const NOT_TEXT = /[\0\ufffd]/;
const MAX_ID = 200;
const INTEGER = /^-?\d{1,9}$/;
const PLAIN_DECIMAL = /^-?\d{1,30}(\.\d{1,30})?$/;

/** Identifies a row: never empty, never mended. */
export const id: Rule = (text) => {
  if (text === '') return { refused: 'is empty' };
  if (text.length > MAX_ID) return { refused: `is longer than ${MAX_ID} characters` };
  return NOT_TEXT.test(text) ? { refused: `${shown(text)} is not UTF-8 text` } : text;
};

/** Free text; empty is null. */
export const words: Rule = (text) => {
  if (NOT_TEXT.test(text))
    return {
      repaired: text.replaceAll('\0', '\ufffd'),
      because: `${shown(text)} is not UTF-8 text`,
    };
  return text === '' ? null : text;
};

/** The field as it came, beside what was read from it. */
export const verbatim: Rule = (text) => (text === '' ? null : text.replaceAll('\0', '\ufffd'));

/** A whole number that no figure is built on. Null when it is none: not 0, which is a real (the worst) credit score. */
export const wholeNumber: Rule = (text) => {
  if (text === '' || INTEGER.test(text)) return text || null;
  return { repaired: null, because: `${shown(text)} is not a whole number, left empty` };
};

/** A decimal that no figure is built on, kept with all its digits. */
export const rate: Rule = (text) => {
  if (text === '' || PLAIN_DECIMAL.test(text)) return text || null;
  return { repaired: null, because: `${shown(text)} is not a number, left empty` };
};

/** An amount that may be 0: rounded half up to 4 decimals, since settled loans would else stay 0.0004 short for ever. */
export const amount: Rule = (text) => {
  const read = readExactAmount(text);
  if (typeof read === 'string') return { refused: `${shown(text)} is ${read}` };
  if (read.amount.startsWith('-') && /[1-9]/.test(read.amount))
    return { refused: `${shown(text)} is below 0` };
  return read.rounded
    ? { repaired: read.amount, because: `${shown(text)} rounded to ${read.amount}` }
    : read.amount;
};

/** Money received: more than 0, also after rounding. */
export const moneyReceived: Rule = (text) => {
  const ruling = amount(text);
  const received =
    typeof ruling === 'string' ? ruling : ruling && 'repaired' in ruling ? ruling.repaired : null;
  return received !== null && !/[1-9]/.test(received)
    ? { refused: `${shown(text)} is not more than 0` }
    : ruling;
};

/** A day agreed on: one that its month does not have becomes the month's last. */
export const agreedDay: Rule = (text) => {
  const read = readCalendarDay(text);
  if (!read) return { refused: `${shown(text)} is not a day (MM/DD/YYYY)` };
  return read.exists
    ? read.day
    : { repaired: read.day, because: `${shown(text)} does not exist, moved to ${read.day}` };
};

/** A day something happened on: one that does not exist is not guessed. */
export const actualDay: Rule = (text) => {
  const read = readCalendarDay(text);
  if (!read) return { refused: `${shown(text)} is not a day (MM/DD/YYYY)` };
  return read.exists ? read.day : { refused: `${shown(text)} does not exist` };
};

/** ISO 4217, in whatever case. */
export const currency: Rule = (text) => {
  if (text === '' || /^[a-z]{3}$/i.test(text)) return text.toUpperCase() || null;
  return { repaired: null, because: `${shown(text)} is not a currency code, left empty` };
};

function shown(text: string): string {
  return JSON.stringify(
    text.length > 40 ? `${text.slice(0, 40)}…` : text.replaceAll('\0', '\ufffd'),
  );
}
