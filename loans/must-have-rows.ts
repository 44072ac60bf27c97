import type { Knex } from 'knex';
import { InvalidRequest } from '../platform/errors.ts';
import type { BookFile } from './columns.ts';

/**
 * Throws InvalidRequest when a file that a book cannot do without has no row, or none that can stay: it was cut off, or written some
 * other way than the lender does, and would put an empty book in the place of a full one.
 */
export async function mustHaveRows(
  trx: Knex.Transaction,
  { file, table, optional, needsRows }: BookFile,
): Promise<void> {
  if (optional) return;
  const { rows } = await trx.raw(
    `select outcome, line, reason from staged_${table} order by outcome is not null, line limit 1`,
  );
  const [first] = rows as { outcome: string | null; line: number; reason: string }[];
  if (!first && needsRows)
    throw new InvalidRequest(`${file}: line 2, expected rows below the header, found none`);
  if (first?.outcome)
    throw new InvalidRequest(`${file}: no row can be loaded; line ${first.line}: ${first.reason}`);
}
