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

export const OBSERVATION = `event_id, run_id, source, base_currency as base, quote_currency as quote, mid as rate,
  round(1.000000000000000000000000000000 / mid, 18) as inverse, (observed_at at time zone 'UTC')::date as rate_date,
  observed_at, fetched_at, stored_at`;
/** As in the view `rates`: the first real rate hides all simulated ones. */
export const SHOWN = `(source = 'xe' or not exists (select from daily_rates real where real.source = 'xe'))`;

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
      `select ${OBSERVATION} from rate_observations
       where observed_at >= :day::timestamp at time zone 'UTC' and observed_at < (:day::timestamp + interval '1 day') at time zone 'UTC'
         and quote_currency = any(:quotes) and ${SHOWN}
         and (:time::timestamptz is null or (observed_at, quote_currency, event_id) > (:time::timestamptz, :quote, :event::uuid))
       order by observed_at, quote_currency, event_id limit :limit`,
      { day, quotes, time, quote, event, limit } as never,
    );
    return rows;
  };
}
