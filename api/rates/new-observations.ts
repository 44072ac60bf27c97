import type { Database } from '../../platform/database.ts';
import { OBSERVATION, type Observation } from './observations.ts';

/** A place in the order in which observations were stored: the transaction, then the number in it. */
export type Place = readonly [transaction: string, seq: string];

export type NewObservations = ReturnType<typeof newObservations>;

/**
 * Stored observations in an order without gaps. Numbers become visible out of order, so only what is older than every transaction
 * that is still at work is read: nothing can come before it any more.
 */
export function newObservations(db: Database) {
  return {
    /** The place after all that is stored for good. */
    async end(): Promise<Place> {
      const { rows } = await db.raw('select pg_snapshot_xmin(pg_current_snapshot())::text as xmin');
      return [rows[0].xmin, '0'];
    },

    async after(
      [transaction, seq]: Place,
      limit: number,
    ): Promise<(Observation & { place: Place })[]> {
      const { rows } = await db.raw(
        `select ${OBSERVATION}, stored_by::text as transaction, seq from observations
         where (stored_by, seq) > (?::xid8, ?::bigint) and stored_by < pg_snapshot_xmin(pg_current_snapshot())
         order by stored_by, seq limit ?`,
        [transaction, seq, limit],
      );
      type Placed = Observation & { transaction: string; seq: string };
      return rows.map(({ transaction: by, seq: number, ...row }: Placed) => ({
        ...row,
        place: [by, number] as const,
      }));
    },
  };
}
