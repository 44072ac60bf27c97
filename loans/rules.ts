import { InvalidRequest } from '../platform/errors.ts';
import type { ReadAmount, ReadDay } from './file-format.ts';
import { amountReaders, dayReader, type Formats } from './file-format.ts';

/** What a field holds, and with it the rule that reads it. */
export type Kind =
  | 'id'
  | 'text'
  | 'expected text'
  | 'verbatim'
  | 'score'
  | 'whole number'
  | 'decimal'
  | 'amount'
  | 'unneeded amount'
  | 'money moved'
  | 'agreed day'
  | 'actual day'
  | 'unneeded day'
  | 'currency'
  | 'loan currency';

/** A problem of a field. `rejected` and `ignored` keep the row out of the book. */
export interface Problem {
  outcome: 'rejected' | 'ignored' | 'warned' | 'repaired';
  code: string;
  reason: string;
}

/** What a rule makes of one trimmed field: text for Postgres or null, or a problem with it. */
type Ruling = string | null | (Problem & { value: string | null });
export type Rule = (text: string, line: number) => Ruling;

const MAX_ID = 200;
const SHORTENED = /^\d(?:[.,]\d+)?E\+\d+$/i;
const WHOLE = /^(-?\d{1,9})(?:[.,]0+)?$/;
const DECIMAL = /^-?\d{1,30}(?:[.,]\d{1,30})?$/;
const CURRENCY = /^[a-z]{3}$/i;

const problem = (
  outcome: Problem['outcome'],
  code: string,
  reason: string,
  value: string | null = null,
): Ruling => ({ outcome, code, reason, value });

/** A field that no figure needs: null with a warning when it cannot be read. */
const empty = (code: string, reason: string) => problem('warned', code, `${reason}, left empty`);

/**
 * The rules of one file. They share what they learn of its days and amounts; `check` throws
 * InvalidRequest when the file as a whole is not written the way its fields were read.
 */
export function fileRules(file: string, formats: Formats) {
  const days = dayReader(file, formats);
  const amounts = amountReaders(file, formats);
  return {
    ruleFor: (header: string, kind: Kind): Rule => {
      if (kind === 'id') return idRule(file);
      if (kind === 'agreed day' || kind === 'actual day' || kind === 'unneeded day')
        return dayRule(kind, days.read);
      if (kind === 'amount' || kind === 'unneeded amount' || kind === 'money moved')
        return amountRule(kind, amounts.forColumn(header));
      return RULES[kind];
    },
    check: (): void => {
      days.check();
      amounts.check();
    },
  };
}

/** Identifies a row: never empty, never changed. */
function idRule(file: string): Rule {
  return (text, line) => {
    if (text === '') return problem('rejected', 'empty_id', 'is empty');
    if (text.length > MAX_ID)
      return problem('rejected', 'long_id', `is longer than ${MAX_ID} characters`);
    if (text.includes('E') || text.includes('e')) {
      if (SHORTENED.test(text))
        throw new InvalidRequest(
          `${file}: line ${line}, ${quote(text)}: a spreadsheet shortened these ids: ` +
            'format the column as text and export it again',
        );
    }
    return text;
  };
}

type DayKind = 'agreed day' | 'actual day' | 'unneeded day';
function dayRule(kind: DayKind, read: (text: string, line: number) => ReadDay): Rule {
  return (text, line) => {
    const found = read(text, line);
    if ('fault' in found) {
      if (kind === 'unneeded day') return empty(blankOr(text, 'bad_day'), faultOf(text, found));
      return problem('rejected', 'bad_day', `${quote(text)} ${found.fault}`);
    }
    if (found.exists) return found.day;
    // The day money came in is not guessed.
    if (kind === 'actual day')
      return problem('rejected', 'no_such_day', `${quote(text)} does not exist`);
    const reason = `${quote(text)} does not exist, moved to ${found.day}`;
    return problem('repaired', 'no_such_day', reason, found.day);
  };
}

type AmountKind = 'amount' | 'unneeded amount' | 'money moved';
function amountRule(kind: AmountKind, read: (text: string, line: number) => ReadAmount): Rule {
  return (text, line) => {
    const found = read(text, line);
    if (typeof found === 'object' && 'fault' in found) {
      if (kind === 'unneeded amount')
        return empty(blankOr(text, 'bad_amount'), faultOf(text, found));
      return problem('rejected', 'bad_amount', `${quote(text)} ${found.fault}`);
    }
    const amount = typeof found === 'string' ? found : found.rounded;
    if (kind === 'money moved') {
      if (!/[1-9]/.test(amount))
        return problem('ignored', 'zero_amount', `${quote(text)} is no payment, ignored`);
    } else if (amount.startsWith('-') && /[1-9]/.test(amount)) {
      return kind === 'unneeded amount'
        ? empty('bad_amount', `${quote(text)} is below 0`)
        : problem('rejected', 'bad_amount', `${quote(text)} is below 0`);
    }
    if (typeof found === 'string') return found;
    return problem('repaired', 'rounded', `${quote(text)} rounded to ${amount}`, amount);
  };
}

const blankOr = (text: string, code: string) => (text === '' ? 'blank' : code);
const faultOf = (text: string, { fault }: { fault: string }) =>
  text === '' ? 'is blank' : `${quote(text)} ${fault}`;

const RULES: Record<Exclude<Kind, 'id' | DayKind | AmountKind>, Rule> = {
  text: (text) => text || null,
  'expected text': (text) => text || empty('blank', 'is blank'),
  verbatim: (text) => text || null,
  // Not 0, which is a real score, the worst.
  score: (text) => (text === '' ? null : wholeNumber(text)),
  'whole number': (text) => (text === '' ? empty('blank', 'is blank') : wholeNumber(text)),
  decimal: (text) => {
    if (DECIMAL.test(text)) return text.replace(',', '.');
    return text === ''
      ? empty('blank', 'is blank')
      : empty('bad_number', `${quote(text)} is not a number`);
  },
  currency: (text) => {
    if (text === '' || CURRENCY.test(text)) return text.toUpperCase() || null;
    return empty('bad_currency', `${quote(text)} is not a currency code`);
  },
  // Not left empty: the branch's currency would take its place.
  'loan currency': (text) => {
    if (text === '' || CURRENCY.test(text)) return text.toUpperCase() || null;
    return problem('rejected', 'bad_currency', `${quote(text)} is not a currency code`);
  },
};

function wholeNumber(text: string): Ruling {
  const whole = WHOLE.exec(text)?.[1];
  return whole ?? empty('bad_number', `${quote(text)} is not a whole number`);
}

const MAX_QUOTED = 40;

/** A field in a message: bounded, in quotes, its control characters escaped. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
}
