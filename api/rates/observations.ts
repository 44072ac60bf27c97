import type { Database } from '../../platform/database.ts';

/** An event as it was stored. Decimals and days are text, instants ISO 8601 in UTC. */
export interface Observation {
  readonly event_id: string;
  readonly run_id: string;
  readonly source: 'xe' | 'simulator';
  readonly base: string;
  readonly quote: string;
  readonly rate: string;
  readonly inverse: string;
  readonly rate_date: string;
  readonly observed_at: string;
  readonly fetched_at: string;
  readonly stored_at: string;
}

/** The columns of an `Observation` in the view `observations`. */
export const OBSERVATION =
  'event_id, run_id, source, base, quote, rate, inverse, rate_date, observed_at, fetched_at, stored_at';

export type ObservationsQuery = (asked: {
  day: string;
  quotes: readonly string[];
  /** Time, quote and event of the last row of the page before. */
  after: readonly string[] | null;
  limit: number;
}) => Promise<Observation[]>;

/** Every observation of a UTC day, oldest first. */
export function observationsQuery(db: Database): ObservationsQuery {
  return async ({ day, quotes, after, limit }) => {
    const [time = null, quote = null, event = null] = after ?? [];
    const { rows } = await db.raw(
      `select ${OBSERVATION} from observations
       where observed_at >= :day::timestamp at time zone 'UTC' and observed_at < (:day::timestamp + interval '1 day') at time zone 'UTC'
         and quote = any(:quotes)
         and (:time::timestamptz is null or (observed_at, quote, event_id) > (:time::timestamptz, :quote, :event::uuid))
       order by observed_at, quote, event_id limit :limit`,
      { day, quotes, time, quote, event, limit } as never,
    );
    return rows;
  };
}
