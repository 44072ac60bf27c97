import type { Database } from '../platform/database.ts';

/** The schedule, as the settings name it. Instants are ISO 8601 in UTC. */
export interface Slots {
  /** The newest slot at or before an instant. */
  latest(at: string): string;
  /** The first slot after an instant. */
  next(at: string): string;
}
interface CurrencyFreshness {
  readonly quote: string;
  readonly rate_date: string | null;
  readonly observed_at: string | null;
  readonly fetched_at: string | null;
  readonly age_seconds: number | null;
  readonly stale: boolean;
}
export interface Freshness {
  /** The ledger's time, and its UTC day. */
  readonly now: string;
  readonly today: string;
  /** The newest slot, and when the next one is. */
  readonly last_slot: string;
  readonly next_slot: string;
  /** When something here turns wrong by time alone: at the next slot, at midnight, or when a row turns stale. */
  readonly until: string;
  /** The last moment of the past at which something here changed by time alone. */
  readonly turned: string;
  isStale(...quotes: string[]): boolean;
}
export interface FreshnessByCurrency extends Freshness {
  readonly currencies: readonly CurrencyFreshness[];
}
export type FreshnessQuery = () => Promise<Freshness>;

/** A slot has so long to bring its rates before they count as stale. */
const GRACE_MS = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

/**
 * How fresh each currency is. Stale: the newest slot that was due an hour ago or more has no confirmed run, of its own or after it,
 * that brought the currency. Backfills do not count, since they are for past days.
 */
export function freshnessQuery(
  db: Database,
  { source, currencies, slots }: { source: string; currencies: readonly string[]; slots: Slots },
): () => Promise<FreshnessByCurrency> {
  const [newest, judgedBy] = [remembered(slots), remembered(slots)];
  return async () => {
    const { now } = (await db.raw('select ledger_now() as now')).rows[0] as { now: string };
    const { latest: judged, next: judgedNext } = judgedBy(iso(Date.parse(now) - GRACE_MS));
    const { latest: last_slot, next: next_slot } = newest(iso(Date.parse(now)));
    const { rows } = await db.raw(
      `select wanted.quote, newest.rate_date, newest.observed_at, newest.fetched_at,
              extract(epoch from ledger_now() - newest.observed_at)::int as age_seconds,
              not exists (
                select from runs where source = :source and state = 'confirmed' and trigger <> 'backfill' and ended_at >= :judged
                  and coalesce(fetched_at, slot) >= :judged and wanted.quote = any(currencies) and wanted.quote <> all(missing)) as stale
       from unnest(:currencies::text[]) with ordinality as wanted (quote, position)
       left join lateral (
         select rate_date, observed_at, fetched_at from rates
         where base_currency = 'USD' and quote_currency = wanted.quote order by rate_date desc limit 1
       ) newest on true
       order by position`,
      { source, judged, currencies } as never,
    );
    const stale = new Set(
      (rows as CurrencyFreshness[]).filter((row) => row.stale).map(({ quote }) => quote),
    );
    const today = now.slice(0, 10);
    const midnight = Date.parse(`${today}T00:00:00Z`);
    return {
      now,
      today,
      currencies: rows,
      last_slot,
      next_slot,
      until: iso(
        Math.min(Date.parse(next_slot), Date.parse(judgedNext) + GRACE_MS, midnight + 86_400_000),
      ),
      turned: iso(Math.max(Date.parse(last_slot), Date.parse(judged) + GRACE_MS, midnight)),
      isStale: (...quotes) => quotes.some((quote) => stale.has(quote)),
    };
  };
}

/** The slots around an instant; a cron expression is slow to ask, and gives the same two until the next slot has come. */
function remembered(slots: Slots): (at: string) => { latest: string; next: string } {
  let known = { latest: '', next: '' };
  return (at) => {
    if (at < known.latest || at >= known.next)
      known = { latest: slots.latest(at), next: slots.next(at) };
    return known;
  };
}
