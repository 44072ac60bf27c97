import type { Request, Response } from 'express';
import type { DeadLetter, DeadLetterAdmin } from '../../ledger/dead-letters.ts';
import type { Handler } from '../http/operations.ts';
import { cutPage, decodeCursor, KEY_PART } from '../http/paging.ts';
import { Refused } from '../http/problems.ts';

/** Dead letters: a list, one with its bytes, its redrive by a running consumer, and its end. */
export function deadLettersHandlers(
  letters: DeadLetterAdmin,
  seesDetails: (req: Request, res: Response) => boolean,
): Record<string, Handler> {
  return {
    deadLetters: async ({ state, limit, cursor }, req, res) => {
      const most = Number(limit);
      const after = decodeCursor(cursor, [KEY_PART.number])?.[0] ?? null;
      const rows = await letters.page({
        state: state === undefined ? null : String(state),
        after,
        limit: most + 1,
      });
      const { page, next_cursor } = cutPage(rows, most, ({ id }) => [id]);
      const data = seesDetails(req, res) ? page : page.map(publicLetter);
      return { item: 'DeadLetter', data, meta: { next_cursor } };
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

/** A dead letter as strangers see it: no text that quotes the record or an error. */
function publicLetter(letter: DeadLetter): DeadLetter {
  return { ...letter, detail: '', redrive_error: null };
}
