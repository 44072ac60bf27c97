import type { Database } from '../platform/database.ts';
import { query, queryRow, sqlFolder } from '../platform/sql.ts';
import type { Source, SourceRow } from './run.ts';
import { latestSlot, nextSlot, type Schedule } from './schedule.ts';

interface CurrencyFreshness {
  readonly quote: string;
  readonly rate_date: string | null;
  readonly observed_at: string | null;
  readonly fetched_at: string | null;
  readonly source: string | null;
  /** Whether another source of the day is far off. */
  readonly diverges: boolean;
  readonly age_seconds: number | null;
  readonly stale: boolean;
}
/** How fresh the readable rates are. Instants are ISO 8601 in UTC. */
export interface Freshness {
  /** The ledger's time, and its UTC day. */
  readonly now: string;
  readonly today: string;
  readonly last_slot: string;
  readonly next_slot: string;
  /** When something here changes by time alone: the next slot, midnight, or a rate turns stale. */
  readonly until: string;
  readonly currencies: readonly CurrencyFreshness[];
  /** Currencies whose newest rate is of a lower ranked source than the one that is asked first. */
  readonly fallbacks: readonly CurrencyFreshness[];
  /** Real rates are stored but no credentials are set: new rates are simulated and stay hidden. */
  readonly lacksKeys: boolean;
  /** Whether a second source's rates are stored, to compare with. */
  readonly hasSecond: boolean;
  /** Where rates come from, the best rank first. */
  readonly sources: readonly SourceRow[];
  /** Whether the newest rate is one of a daily or live package that is older than it should be. */
  isStale(...quotes: string[]): boolean;
}
export interface FreshnessSettings {
  readonly source: Source;
  readonly currencies: readonly string[];
  readonly schedule: Schedule;
}
interface NowAndSources {
  readonly now: string;
  readonly has_real: boolean;
  readonly has_second: boolean;
  readonly sources: SourceRow[];
}

export type ReadFreshness = () => Promise<Freshness>;

type NewestRate = Omit<CurrencyFreshness, 'age_seconds' | 'stale'>;

/** A slot has this long to bring its rates before they count as stale. */
const GRACE_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Live packages stamp the minute of the fetch; a rate stamped earlier than this is a daily one. */
const LIVE_MS = 600_000;
const sql = sqlFolder(import.meta.url);

/**
 * True when a rate is older than the last due slot calls for. A live rate must be of that slot. A
 * daily rate has one day of grace: the slot at 01:00 may still get the rate of the day before.
 */
function isStaleRate(
  rate: Pick<CurrencyFreshness, 'rate_date' | 'observed_at' | 'fetched_at'>,
  dueSlot: string,
): boolean {
  const { rate_date, observed_at, fetched_at } = rate;
  if (rate_date === null || observed_at === null || fetched_at === null) return true;
  const isLive = Date.parse(fetched_at) - Date.parse(observed_at) < LIVE_MS;
  if (isLive) return Date.parse(observed_at) < Date.parse(dueSlot) - LIVE_MS;
  return rate_date < toIso(Date.parse(dueSlot) - DAY_MS).slice(0, 10);
}

/** Prepares the one reading of freshness that the API, health, status, doctor and metrics share. */
export function openFreshness(db: Database, settings: FreshnessSettings): ReadFreshness {
  const { source, currencies, schedule } = settings;
  const [aroundNow, aroundDue] = [slotsAround(schedule), slotsAround(schedule)];
  return async () => {
    const [{ now, has_real, has_second, sources }, newest] = await Promise.all([
      queryRow<NowAndSources>(db, sql('now_and_sources')),
      query<NewestRate>(db, sql('newest_rates'), { currencies }),
    ]);
    const due = aroundDue(toIso(Date.parse(now) - GRACE_MS));
    const { latest: last_slot, next: next_slot } = aroundNow(toIso(Date.parse(now)));
    const rows = newest.map((rate) => ({
      ...rate,
      age_seconds: ageOf(rate, now),
      stale: isStaleRate(rate, due.latest),
    }));
    const stale = new Set(rows.filter((row) => row.stale).map(({ quote }) => quote));
    const midnight = Date.parse(`${now.slice(0, 10)}T00:00:00Z`) + DAY_MS;
    return {
      now,
      today: now.slice(0, 10),
      last_slot,
      next_slot,
      until: toIso(Math.min(Date.parse(next_slot), Date.parse(due.next) + GRACE_MS, midnight)),
      currencies: rows,
      fallbacks: rows.filter((row) => isFallback(row, source, sources)),
      lacksKeys: has_real && sources.some(({ name, simulated }) => name === source && simulated),
      hasSecond: has_second,
      sources,
      isStale: (...quotes) => quotes.some((quote) => stale.has(quote)),
    };
  };
}

/** Real and simulated sources do not stand in for each other. */
function isFallback(row: CurrencyFreshness, first: Source, sources: readonly SourceRow[]): boolean {
  const own = sources.find(({ name }) => name === first);
  const used = sources.find(({ name }) => name === row.source);
  return (
    own?.simulated === used?.simulated &&
    (used?.rank ?? 0) > (own?.rank ?? Number.POSITIVE_INFINITY)
  );
}

function ageOf({ observed_at }: NewestRate, now: string): number | null {
  return observed_at === null
    ? null
    : Math.round((Date.parse(now) - Date.parse(observed_at)) / 1000);
}

/** The slots around an instant, computed again only when the next one has come. */
function slotsAround(schedule: Schedule): (at: string) => { latest: string; next: string } {
  let known = { latest: '', next: '' };
  return (at) => {
    if (at < known.latest || at >= known.next)
      known = { latest: latestSlot(schedule, at), next: nextSlot(schedule, at) };
    return known;
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
