import decimal from 'decimal.js-light';
import { daysInMonth } from '../platform/calendar-day.ts';
import { InvalidRequest } from '../platform/errors.ts';

// CommonJS: Node finds no named exports in it.
const { Decimal } = decimal;

/** How days and amounts are written. Without `decimal` the dot is one, unless the file says no. */
export interface Formats {
  dates: 'mdy' | 'dmy' | 'iso';
  decimal?: '.' | ',' | undefined;
}

export const DEFAULT_FORMATS: Formats = { dates: 'mdy' };

export type ReadDay = { day: string; exists: boolean } | { fault: string };
export type ReadAmount = string | { rounded: string } | { fault: string };

const MIDNIGHT = String.raw`(?:[ T]0?0:00(?::00(?:\.0+)?)?Z?)?`;
const ISO = new RegExp(String.raw`^(\d{4})-(\d{1,2})-(\d{1,2})${MIDNIGHT}$`);
const SLASHED = new RegExp(String.raw`^(\d{1,2})/(\d{1,2})/(\d{4})${MIDNIGHT}$`);
const SERIAL = /^[1-7]\d{4}(\.\d+)?$/;
/** 1950-01-01 and 2100-12-31 as a spreadsheet counts days. */
const SERIALS = { first: 18_264, last: 73_415 };
const YEARS = { first: 1950, last: 2100 };
const SHAPES = { mdy: 'MM/DD/YYYY', dmy: 'DD/MM/YYYY', iso: 'YYYY-MM-DD' };
const MAX_DAYS_KEPT = 100_000;

/**
 * Reads the days of one file and gathers what only the whole file shows: which part is the month.
 * A book has few distinct days, so each text is read once.
 */
export function dayReader(file: string, { dates }: Formats) {
  const known = new Map<string, ReadDay>();
  let firstOver12: { text: string; line: number } | undefined;
  let secondOver12: { text: string; line: number } | undefined;

  function parse(text: string, line: number): ReadDay {
    const iso = ISO.exec(text);
    if (iso) return calendarDay(iso[1], iso[2], iso[3]);
    if (SERIAL.test(text) && Number(text) >= SERIALS.first && Number(text) <= SERIALS.last)
      throw new InvalidRequest(
        `${file}: line ${line}, "${text}" is a spreadsheet's serial number, not a day: ` +
          `format the column as ${SHAPES[dates]} and save it again`,
      );
    const parts = dates === 'iso' ? null : SLASHED.exec(text);
    if (!parts) return { fault: `is not a day (${SHAPES[dates]})` };
    const [, first = '', second = '', year] = parts;
    if (Number(first) > 12) firstOver12 ??= { text, line };
    if (Number(second) > 12) secondOver12 ??= { text, line };
    return dates === 'mdy' ? calendarDay(year, first, second) : calendarDay(year, second, first);
  }

  function calendarDay(year = '', month = '', day = ''): ReadDay {
    const last = daysInMonth(Number(year), Number(month));
    if (last === 0 || Number(day) === 0 || Number(day) > 31)
      return { fault: `is not a day (${SHAPES[dates]})` };
    if (Number(year) < YEARS.first || Number(year) > YEARS.last)
      return { fault: `is outside ${YEARS.first}–${YEARS.last}` };
    const exists = Number(day) <= last;
    const dayOfMonth = exists ? day.padStart(2, '0') : String(last);
    return { day: `${year}-${month.padStart(2, '0')}-${dayOfMonth}`, exists };
  }

  return {
    read: (text: string, line: number): ReadDay => {
      const seen = known.get(text);
      if (seen) return seen;
      if (known.size >= MAX_DAYS_KEPT) known.clear();
      const read = parse(text, line);
      known.set(text, read);
      return read;
    },
    /** Throws InvalidRequest when the file as a whole writes its days the other way round. */
    check: (): void => {
      const [over, other, order, option] =
        dates === 'mdy'
          ? [firstOver12, secondOver12, 'day-first', 'dmy']
          : [secondOver12, firstOver12, 'month-first', 'mdy'];
      if (!over || other || dates === 'iso') return;
      throw new InvalidRequest(
        `${file}: days are written ${order} ("${over.text}" on line ${over.line}): ` +
          `use --dates ${option}`,
      );
    },
  };
}

const PLACES = 4;
const LIMIT = new Decimal('1e14');
const MAX_DIGITS = 200;
const SHORT = { '.': /^-?\d{1,13}(?:\.\d{1,4})?$/, ',': /^-?\d{1,13}(?:,\d{1,4})?$/ };
const PLAIN = /^-?(?:\d+(?:\.\d*)?|\.\d+)$/;
const GROUPED = {
  '.': /^-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/,
  ',': /^-?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?$/,
};
const TWO_DOTS = /^-?[\d,]*\.[\d,]*\.[\d.,]*$/;
const ONE_GROUP = /^-?[1-9]\d{0,2}\.\d{3}$/;
const THOUSANDTHS = /^-?\d+\.\d{3}$/;
const DECIMAL_COMMA = /^-?\d+,\d+$/;
const THOUSANDS = /^-?\d{4}/;

/**
 * Reads the amounts of one file to at most four decimals, on their digits, and gathers what only
 * the whole file shows: whether a dot or a comma separates thousands.
 */
export function amountReaders(file: string, { decimal }: Formats) {
  const point = decimal ?? '.';
  let dotsMayGroup = decimal === undefined;
  let allThousandths = decimal === undefined;
  let oneGroup: { text: string; line: number } | undefined;
  const columns: { header: string; grouped: number; plain: number }[] = [];

  function observeDots(text: string, line: number): void {
    if (THOUSANDTHS.test(text)) oneGroup ??= { text, line };
    else allThousandths = false;
    if (!ONE_GROUP.test(text) && (text.includes('.') || THOUSANDS.test(text))) dotsMayGroup = false;
  }

  return {
    forColumn: (header: string) => {
      const seen = { header, grouped: 0, plain: 0 };
      columns.push(seen);
      return (text: string, line: number): ReadAmount => {
        if (SHORT[point].test(text)) {
          if (dotsMayGroup || allThousandths) observeDots(text, line);
          if (seen.plain === 0 && THOUSANDS.test(text)) seen.plain = line;
          return point === '.' ? text : text.replace(',', '.');
        }
        if (TWO_DOTS.test(text) && decimal === undefined) throw dotsGroup(file, { text, line });
        const isGrouped = GROUPED[point].test(text);
        if (isGrouped) {
          seen.grouped ||= line;
          dotsMayGroup = allThousandths = false;
        } else if (PLAIN.test(text)) {
          if (THOUSANDS.test(text)) seen.plain ||= line;
          observeDots(text, line);
        }
        return toFourPlaces(withDot(text, point, isGrouped));
      };
    },
    /** Throws InvalidRequest when the file as a whole contradicts the decimal point. */
    check: (): void => {
      if ((dotsMayGroup || allThousandths) && oneGroup) throw dotsGroup(file, oneGroup);
      for (const { header, grouped, plain } of columns)
        if (grouped > 0 && plain > 0)
          throw new InvalidRequest(
            `${file}: ${header} has amounts with thousands separators (line ${grouped}) ` +
              `and without (line ${plain}): write all of them one way`,
          );
    },
  };
}

/** The amount with a decimal dot and no thousands separators; no number at all stays none. */
function withDot(text: string, point: '.' | ',', isGrouped: boolean): string {
  if (point === '.') return isGrouped ? text.replaceAll(',', '') : text;
  if (!isGrouped && text.includes('.')) return 'ambiguous';
  return text.replaceAll('.', '').replace(',', '.');
}

/** Half up to four places: a settled loan would otherwise stay 0.0004 short for ever. */
function toFourPlaces(text: string): ReadAmount {
  if (DECIMAL_COMMA.test(text)) return { fault: 'is not a number (for 1,50 use --decimal ,)' };
  if (!PLAIN.test(text) || text.length > MAX_DIGITS) return { fault: 'is not a number' };
  const exact = new Decimal(text);
  const rounded = exact.toFixed(PLACES, Decimal.ROUND_HALF_UP);
  if (new Decimal(rounded).abs().gte(LIMIT)) return { fault: 'is too large' };
  return exact.eq(rounded) ? rounded : { rounded };
}

function dotsGroup(file: string, { text, line }: { text: string; line: number }): InvalidRequest {
  return new InvalidRequest(
    `${file}: line ${line}, "${text}": dots look like thousands separators: ` +
      'use --decimal , or clean the file (--decimal . if they are decimal points)',
  );
}
