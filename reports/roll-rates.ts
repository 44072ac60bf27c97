import type { Knex } from 'knex';
import { InvalidRequest } from '../platform/errors.ts';
import type { Report } from './report.ts';
import { runSql } from './run-sql.ts';

/** How loans moved between the buckets from the close of `from` to that of `asOf`. Throws InvalidRequest when `from` is not before. */
export async function rollRates(db: Knex, asOf: string, from: string): Promise<Report> {
  if (from >= asOf)
    throw new InvalidRequest(`roll: expected a day to start from before ${asOf}, got ${from}`);
  const found = await runSql(db, 'roll_rates.sql', { as_of: asOf, from_day: from });
  return { name: 'roll', ...found, totals: [], notes: [] };
}
