import { Refused } from './problems.ts';

/** What a part of a key may look like; a cursor that somebody has made up must not reach a statement as it is. */
export const KEY_PART = {
  day: isDay,
  code: (text: string) => /^[A-Z]{3}$/.test(text),
  number: (text: string) => /^\d{1,18}$/.test(text),
  uuid: (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  instant: (text: string) =>
    /^.{10}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z$/.test(text) && isDay(text.slice(0, 10)),
  text: (text: string) => text !== '',
} as const;

/** Between the parts: Postgres holds no NUL in a text, so no part has one. */
const BETWEEN = '\0';

/** The key that a cursor holds, or null without one. Throws `Refused` where it is none of ours: `shape` says what each part looks like. */
export function keyIn(
  cursor: unknown,
  shape: readonly ((text: string) => boolean)[],
): string[] | null {
  if (cursor === undefined) return null;
  const key = Buffer.from(String(cursor), 'base64url').toString().split(BETWEEN);
  if (key.length !== shape.length || !shape.every((fits, at) => fits(key[at] as string))) {
    const detail = 'cursor: expected meta.next_cursor of the page before';
    throw new Refused('invalid-parameter', detail, {
      errors: [{ detail, pointer: '#/query/cursor' }],
    });
  }
  return key;
}

/** Cuts what was read with one row more than `limit` into a page, and says where the next one begins: null when it was the last. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly string[],
): { page: Row[]; next_cursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    page,
    next_cursor:
      rows.length > limit && last
        ? Buffer.from(keyOf(last).join(BETWEEN)).toString('base64url')
        : null,
  };
}

/** A day that exists: Postgres would refuse the 30th of February. */
function isDay(text: string): boolean {
  return (
    /^[12]\d{3}-\d\d-\d\d$/.test(text) &&
    new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true
  );
}
