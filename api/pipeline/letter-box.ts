import type { Database } from '../../platform/database.ts';
import { InvalidRequest } from '../../platform/errors.ts';

/** A dead letter as a person reads it. `value_base64` is the record's bytes, `value_text` the same as far as it is text. */
export interface Letter {
  id: string;
  topic: string;
  partition: number;
  record_offset: string;
  record_timestamp: string;
  reason: string;
  detail: string;
  state: 'open' | 'redriven' | 'closed';
  set_aside_at: string;
  redrive_asked_at: string | null;
  redrive_error: string | null;
  redriven_at: string | null;
}
export interface LetterWithBytes extends Letter {
  key: string | null;
  headers: object;
  value_base64: string | null;
  value_text: string | null;
}

const COLUMNS =
  'id, topic, partition, record_offset, record_timestamp, reason, detail, state, set_aside_at, redrive_asked_at, redrive_error, redriven_at';
const WAIT_MS = 15_000;

export type LetterBox = ReturnType<typeof openLetterBox>;

/** The dead letters for a person: to look at, and to have tried again by a running consumer. */
export function openLetterBox(db: Database) {
  return {
    async open(): Promise<Letter[]> {
      return (await db.raw(`select ${COLUMNS} from dead_letters where state = 'open' order by id`))
        .rows;
    },

    /** A page, oldest first, after the letter that `after` names; `state` null is every one. */
    async page({
      state,
      after,
      limit,
    }: {
      state: string | null;
      after: string | null;
      limit: number;
    }): Promise<Letter[]> {
      const { rows } = await db.raw(
        `select ${COLUMNS} from dead_letters
         where (:state::text is null or state = :state) and (:after::bigint is null or id > :after::bigint) order by id limit :limit`,
        { state, after, limit } as never,
      );
      return rows;
    },

    /** One with its bytes. Throws `InvalidRequest` when there is no such letter. */
    async show(id: string): Promise<LetterWithBytes> {
      const { rows } = await db.raw(
        `select ${COLUMNS}, key, value, headers from dead_letters where id = ?`,
        [id],
      );
      if (!rows[0]) throw new InvalidRequest(`there is no dead letter ${id}`, { status: 404 });
      const { key, value, ...letter } = rows[0] as Letter & {
        key: Buffer | null;
        value: Buffer | null;
        headers: object;
      };
      return {
        ...letter,
        key: key?.toString() ?? null,
        value_base64: value?.toString('base64') ?? null,
        value_text: value?.toString() ?? null,
      };
    },

    /** Ends one that will never become a rate: it stays as a record, and nobody is alarmed by it. Throws when it is not open. */
    async close(id: string): Promise<Letter> {
      const { rows } = await db.raw(
        `update dead_letters set state = 'closed' where id = ? and state = 'open' returning ${COLUMNS}`,
        [id],
      );
      if (!rows[0]) throw new InvalidRequest(`there is no open dead letter ${id}`);
      return rows[0];
    },

    /** Asks for letters to be tried again, all open ones without an id, and gives the numbers of those. */
    async ask(id: string | null): Promise<string[]> {
      const asked = await db.raw(
        `with asked as (
           update dead_letters set redrive_asked_at = now(), redrive_error = null
           where state = 'open' and (?::bigint is null or id = ?::bigint) returning id
         ) select array_agg(id) as ids, announce('dead_letters') from asked`,
        [id, id] as never,
      );
      return asked.rows[0].ids ?? [];
    },

    /** Asks as `ask` does, and waits for what came of it. */
    async redrive(id: string | null): Promise<Letter[]> {
      const ids = await this.ask(id);
      if (id !== null && ids.length === 0)
        throw new InvalidRequest(`there is no open dead letter ${id}`);
      for (const end = Date.now() + WAIT_MS; ; ) {
        const { rows } = await db.raw(
          `select ${COLUMNS}, redrive_asked_at is null as tried from dead_letters where id = any(?) order by id`,
          [ids as never],
        );
        if (rows.every(({ tried }: { tried: boolean }) => tried))
          return rows.map(({ tried, ...letter }: { tried: boolean }) => letter);
        if (Date.now() > end)
          throw new InvalidRequest(
            'no consumer has taken the letters yet: they are tried as soon as one runs (npm run consumer)',
          );
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}
