import { invalidParameter } from './problems.ts';

/** What each part of a cursor's key may look like: a made-up cursor never reaches a statement. */
export const KEY_PART = {
  day: isDay,
  code: (text: string) => /^[A-Z]{3}$/.test(text),
  number: (text: string) => /^\d{1,18}$/.test(text),
  uuid: (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  instant: (text: string) =>
    /^.{10}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z$/.test(text) && isDay(text.slice(0, 10)),
  text: (text: string) => text !== '',
} as const;

type Shape = readonly ((text: string) => boolean)[];

export interface Page {
  /** The key of the last row of the page before. */
  readonly after: readonly string[] | null;
  readonly limit: number;
}

/** Separates the parts: Postgres holds no NUL in a text, so no part has one. */
const SEPARATOR = '\0';

/** The key of a cursor, or null without one. Throws `Refused` when it does not fit `shape`. */
export function decodeCursor(cursor: unknown, shape: Shape): string[] | null {
  if (cursor === undefined) return null;
  const key = Buffer.from(String(cursor), 'base64url').toString().split(SEPARATOR);
  if (key.length !== shape.length || !shape.every((fits, at) => fits(key[at] as string)))
    throw invalidParameter('cursor', 'use meta.next_cursor of the page before');
  return key;
}

/**
 * Reads the page of `limit` rows after `cursor`: `read` gets the key of the row before, and one row
 * more than wanted as the limit. The next cursor is null on the last page.
 */
export async function readPage<Row>(
  { cursor, limit }: { readonly cursor?: unknown; readonly limit?: unknown },
  shape: Shape,
  read: (page: Page) => Promise<readonly Row[]>,
  keyOf: (row: Row) => readonly string[],
) {
  const size = Number(limit);
  const after = decodeCursor(cursor, shape);
  return { after, ...cutPage(await read({ after, limit: size + 1 }), size, keyOf) };
}

/** Cuts rows, read with one more than `limit`, into a page; the cursor is null on the last one. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly string[],
): { page: Row[]; next_cursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    page,
    next_cursor: hasMore ? Buffer.from(keyOf(last).join(SEPARATOR)).toString('base64url') : null,
  };
}

/** True for a day that exists: Postgres would refuse 30 February. */
function isDay(text: string): boolean {
  return (
    /^[12]\d{3}-\d\d-\d\d$/.test(text) &&
    new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true
  );
}
