import type { RateObserved } from '../../events/rate-observed.ts';
import type { Query } from './world.ts';

export interface Verdict {
  rows: number;
  lost: number;
  duplicate: number;
  wrong: number;
}

/**
 * Compares the tables with what was acknowledged: `lost` are missing events and currency-days,
 * `duplicate` those that should not be there, `wrong` days whose rate is not the winner's.
 */
export async function compareTables(
  query: Query,
  acked: readonly RateObserved[],
): Promise<Verdict> {
  const day = (rate: RateObserved) => `${rate.quote_currency} ${rate.observed_at.slice(0, 10)}`;
  const winners = new Map<string, RateObserved>();
  for (const rate of acked) {
    const best = winners.get(day(rate));
    if (!best || rate.observed_at > best.observed_at) winners.set(day(rate), rate);
  }
  const events = new Set(acked.map(({ event_id }) => event_id));
  const days = await query<{ day: string; mid: string }>(
    `select quote_currency || ' ' || rate_date as day, mid from daily_rates`,
  );
  const stored = await query<{ event_id: string }>('select event_id from rate_observations');
  const there = new Set(stored.map(({ event_id }) => event_id));
  const daysThere = new Set(days.map((row) => row.day));
  return {
    rows: days.length,
    lost:
      [...events].filter((id) => !there.has(id)).length +
      [...winners.keys()].filter((one) => !daysThere.has(one)).length,
    duplicate:
      stored.length -
      there.size +
      [...there].filter((id) => !events.has(id)).length +
      days.length -
      daysThere.size +
      [...daysThere].filter((one) => !winners.has(one)).length,
    wrong: days.filter((row) => winners.has(row.day) && winners.get(row.day)?.mid !== row.mid)
      .length,
  };
}

/** How many dead letters there are: an outage must not make any. */
export async function countDeadLetters(query: Query): Promise<number> {
  return Number((await query<{ n: string }>('select count(*) as n from dead_letters'))[0]?.n);
}

/** What is promised of every case: nothing lost, doubled or wrong. */
export function promiseIntact({ lost, duplicate, wrong }: Verdict): Record<string, boolean> {
  return { 'lost 0': lost === 0, 'duplicate 0': duplicate === 0, 'wrong 0': wrong === 0 };
}
