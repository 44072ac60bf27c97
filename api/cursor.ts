import { Refused } from './problem.ts';

/** The key of the last row of a page, for nobody but us to read. */
function cursorAt(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key that a cursor holds, or null without one. Throws `Refused` where it is none of ours: `shape` says what each part looks like. */
export function keyIn(cursor: unknown, shape: readonly RegExp[]): string[] | null {
  if (cursor === undefined) return null;
  const key = parsed(Buffer.from(String(cursor), 'base64url').toString());
  const fits =
    Array.isArray(key) &&
    key.length === shape.length &&
    shape.every((part, at) => typeof key[at] === 'string' && part.test(key[at]));
  if (!fits) {
    const detail = 'cursor: expected meta.next_cursor of the page before';
    throw new Refused('invalid-parameter', detail, { errors: [{ detail, pointer: '#/query/cursor' }] });
  }
  return key;
}

function parsed(text: string): unknown {
  return /^\[("[^"\\]{0,250}",?){1,4}\]$/.test(text) && !text.endsWith(',]') ? JSON.parse(text) : null;
}

/** Cuts what was read with one row more than `limit` into a page, and says where the next one begins: null when it was the last. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly string[],
): { page: Row[]; next_cursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next_cursor: rows.length > limit && last ? cursorAt(keyOf(last)) : null };
}
