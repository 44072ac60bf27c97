import type { DeadLetterAdmin } from '../../ledger/dead-letters.ts';
import type { Handler } from '../http/operations.ts';
import { cutPage, decodeCursor, KEY_PART } from '../http/paging.ts';
import { Refused } from '../http/problems.ts';

/** Dead letters: a list, one with its bytes, its redrive by a running consumer, and its end. */
export function deadLettersHandlers(letters: DeadLetterAdmin): Record<string, Handler> {
  return {
    deadLetters: async ({ state, limit, cursor }) => {
      const most = Number(limit);
      const after = decodeCursor(cursor, [KEY_PART.number])?.[0] ?? null;
      const rows = await letters.page({
        state: state === undefined ? null : String(state),
        after,
        limit: most + 1,
      });
      const { page, next_cursor } = cutPage(rows, most, ({ id }) => [id]);
      return { item: 'DeadLetter', data: page, meta: { next_cursor } };
    },

    deadLetter: async ({ letter_id }) => ({
      item: 'DeadLetterWithBytes',
      data: await letters.show(String(letter_id)),
      meta: {},
    }),

    redrive: async ({ letter_id }) => {
      const id = String(letter_id);
      const asked = await letters.requestRedrive([id]);
      const data = await letters.show(id);
      if (asked.length === 0)
        throw new Refused('conflict', `the dead letter ${id} is ${data.state} already`);
      return {
        item: 'DeadLetterWithBytes',
        data,
        meta: {},
        status: 202,
        headers: { Location: `/v2/dead-letters/${id}` },
      };
    },

    closeDeadLetter: async ({ letter_id }) => {
      const id = String(letter_id);
      const closed = await letters.close([id]);
      const data = await letters.show(id);
      if (closed.length === 0)
        throw new Refused('conflict', `the dead letter ${id} is ${data.state} already`);
      return { item: 'DeadLetterWithBytes', data, meta: {} };
    },
  };
}
