import type { Report } from '../../reports/report.ts';
import type { Answer } from '../http/formats.ts';
import type { Handler } from '../http/operations.ts';
import { KEY_PART, keyIn, pageOf } from '../http/paging.ts';
import type { Question } from '../http/params.ts';
import { Refused } from '../http/problems.ts';
import type { AsOf, BookQueries } from './queries.ts';

/** The loan book as of the close of any day. */
export function loansHandlers(book: BookQueries): Record<string, Handler> {
  const dayOf = async ({ as_of }: Question) => (as_of === undefined ? book.today() : String(as_of));
  const whole = (item: string, report: (of: AsOf) => Promise<Report>): Handler => {
    return async (question) => {
      const asOf = await dayOf(question);
      return told(item, asOf, await report({ asOf, inBase: question['in'] !== undefined }));
    };
  };
  return {
    loansReport: whole('Loan', book.loans),
    parReport: whole('ParLine', book.par),

    missedReport: async (question) => {
      const asOf = await dayOf(question);
      const loanId = question['loan_id'] === undefined ? undefined : String(question['loan_id']);
      return told(
        'MissedPayment',
        asOf,
        await book.missed({ asOf, inBase: question['in'] !== undefined, loanId }),
      );
    },

    rollReport: async (question) => {
      const asOf = await dayOf(question);
      const from = String(question['from']);
      if (from >= asOf) {
        const detail = `from: expected a day before ${asOf}, got ${from}`;
        throw new Refused('invalid-parameter', detail, {
          errors: [{ detail, pointer: '#/query/from' }],
        });
      }
      const { meta, ...answer } = told('RollLine', asOf, await book.roll(asOf, from));
      return { ...answer, meta: { ...meta, from } };
    },

    loans: async (question) => {
      const asOf = await dayOf(question);
      const after = keyIn(question['cursor'], [KEY_PART.text])?.[0] ?? null;
      const report = await book.loans({ asOf, inBase: question['in'] !== undefined });
      // The file orders by loan_id, in the collation C, which is the order of the bytes.
      const rest =
        after === null
          ? report.rows
          : report.rows.filter(
              ({ loan_id }) => Buffer.compare(Buffer.from(String(loan_id)), Buffer.from(after)) > 0,
            );
      const { page, next_cursor } = pageOf(rest, Number(question['limit']), ({ loan_id }) => [
        String(loan_id),
      ]);
      const { meta } = told('Loan', asOf, report);
      return { item: 'Loan', data: page, meta: { ...meta, next_cursor } };
    },

    loan: async (question) => {
      const asOf = await dayOf(question);
      const report = await book.loans({ asOf });
      const row = report.rows.find(({ loan_id }) => loan_id === question['loan_id']);
      if (!row)
        throw new Refused('not-found', `there is no loan ${question['loan_id']} in the book`);
      return { ...told('Loan', asOf, { ...report, totals: [] }), data: row };
    },

    loanHistory: async (question) => {
      const asOf = await dayOf(question);
      return told('LoanDay', asOf, await book.history(asOf, String(question['loan_id'])));
    },
  };
}

function told(item: string, as_of: string, { rows, totals, notes }: Report): Answer {
  return { item, data: rows, meta: { as_of, totals, notes } };
}
