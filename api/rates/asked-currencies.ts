import type { Question } from '../http/params.ts';
import { Refused } from '../http/problems.ts';
import type { Pairs } from './pair-rates.ts';

export const BASE = 'USD';

/** A currency code of the question in upper case. Throws `Refused` that names the known ones when there are no rates of it. */
export function codeOf(
  given: unknown,
  { known, pointer }: { known: readonly string[]; pointer: string },
): string {
  const code = String(given).toUpperCase();
  if (code === BASE || known.includes(code)) return code;
  const allowed = [BASE, ...known];
  const detail = `${pointer.split('/').at(-1)}: expected one of ${allowed.join(', ')}, got ${JSON.stringify(given).slice(0, 80)}`;
  throw new Refused('invalid-parameter', detail, { errors: [{ detail, pointer }], allowed });
}

/** The pairs that `base` and `quotes` ask for: without quotes every currency but the base itself. */
export function pairsOf({ base, quotes }: Question, known: readonly string[]): Pairs {
  const from = codeOf(base ?? BASE, { known, pointer: '#/query/base' });
  const asked = Array.isArray(quotes) ? (quotes as readonly string[]) : null;
  const codes = asked
    ? asked.map((code) => codeOf(code, { known, pointer: '#/query/quotes' }))
    : [...(from === BASE ? [] : [BASE]), ...known.filter((code) => code !== from)];
  return { base: from, quotes: [...new Set(codes)] };
}
