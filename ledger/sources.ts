import type { Database } from '../platform/database.ts';
import { execute, query, sqlFolder } from '../platform/sql.ts';
import type { Failure } from './failure.ts';
import type { Source, SourceRow } from './run.ts';

const sql = sqlFolder(import.meta.url);
const LOCK = `select pg_advisory_xact_lock(lock_key('sources'), 0)`;

/** Failures that waiting does not cure: the next provider is asked at once. */
const REFUSALS: readonly Failure['code'][] = [
  ...(['provider_refused', 'quota_exceeded', 'circuit_open'] as const),
  ...(['budget_spent', 'budget_reserved', 'package_exhausted'] as const),
];

/**
 * Registers sources, ranked in the given order among themselves. Returns those whose rank changed:
 * days that are stored keep their rate until a rebuild, or until the day gets another event.
 */
export function registerSources(
  db: Database,
  sources: readonly (Omit<SourceRow, 'rank'> & { bills: string })[],
): Promise<Pick<SourceRow, 'name' | 'rank'>[]> {
  return db.transaction(async (trx) => {
    await execute(trx, LOCK);
    for (const source of sources) await execute(trx, sql('register_source'), { ...source });
    return query(trx, sql('order_sources'), { names: sources.map(({ name }) => name) });
  });
}

/** Stores how far two sources may be apart, in percent. */
export async function storeTolerance(db: Database, percent: string): Promise<void> {
  const store = `update quality_settings set tolerance = :percent::numeric / 100
                 where tolerance <> :percent::numeric / 100`;
  await execute(db, store, { percent });
}

interface Filing {
  readonly source: Source;
  readonly currencies: readonly string[];
}

/** Files a fallback for the newest slot of `failing`, if it is due. Idempotent. */
export async function fileFallback(
  db: Database,
  filing: Filing & { failing: Source; minutes: number },
): Promise<void> {
  await execute(db, sql('file_fallback'), { ...filing, refusals: REFUSALS });
}

/** Files the cross-check of the day, if it is due. Idempotent. */
export async function fileCrossCheck(db: Database, filing: Filing): Promise<void> {
  await db.transaction(async (trx) => {
    await execute(trx, LOCK);
    await execute(trx, sql('file_cross_check'), { ...filing });
  });
}
