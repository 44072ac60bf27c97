import { createHash } from 'node:crypto';
import type { Query } from './world.ts';

/** One sha256 over the event's columns of both tables, in the order of their keys. */
export async function digestTables(query: Query): Promise<string> {
  const hash = createHash('sha256');
  for (const [table, key, columns] of [
    [
      'daily_rates',
      'base_currency, quote_currency, rate_date',
      'rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at, event_id',
    ],
    [
      'rate_observations',
      'event_id',
      'event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at',
    ],
  ]) {
    for (const row of await query<{ line: string }>(
      `select row(${columns})::text as line from ${table} order by ${key}`,
    ))
      hash.update(`${row.line}\n`);
  }
  return hash.digest('hex');
}
