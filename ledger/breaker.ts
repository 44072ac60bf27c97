import type { Database } from '../platform/database.ts';
import { execute, queryOne, queryRow, sqlFolder } from '../platform/sql.ts';
import type { Account } from './credentials.ts';
import { describeFailure, type Failure } from './failure.ts';

/**
 * An open circuit breaker: the provider refused the credentials with `status` and is not called
 * until then.
 */
export interface Breaker {
  readonly status: number;
  readonly reason: string;
  readonly opened_at: string;
  readonly open_until: string;
}

const sql = sqlFolder(import.meta.url);

/** How long the breaker stays open when the provider does not say when to come back. */
const OPEN_SECONDS = 3600;
/** A Retry-After of years is a mistake: no longer than this, and one probe a day. */
const MOST_OPEN_SECONDS = 31 * 86_400;

/** The open circuit breaker of an account, or null. Time closes it by itself. */
export function breakerOf(db: Database, { source, credentials }: Account): Promise<Breaker | null> {
  return queryOne<Breaker>(db, sql('breaker'), { source, credentials });
}

/**
 * Opens the circuit breaker of an account until an instant (ISO 8601), or for an hour without one.
 * Returns when the next call may be made.
 */
export function openBreaker(
  db: Database,
  opening: Account & { status: number; failure: Failure; until: string | null },
): Promise<{ next_call_at: string }> {
  const { failure, source, credentials, status, until } = opening;
  return queryRow(db, sql('open_breaker'), {
    source,
    credentials,
    status,
    until,
    reason: String(
      failure.detail?.['brief'] ?? failure.detail?.['message'] ?? describeFailure(failure),
    ),
    openSeconds: OPEN_SECONDS,
    mostSeconds: MOST_OPEN_SECONDS,
  });
}

/** Closes the breaker by hand: runs that waited for it are due now. False when it was not open. */
export function closeBreaker(db: Database, { source, credentials }: Account): Promise<boolean> {
  return db.transaction(async (trx) => {
    const wasOpen = (await execute(trx, sql('close_breaker'), { source, credentials })) > 0;
    if (wasOpen) await execute(trx, sql('release_waiting'), { source, credentials });
    return wasOpen;
  });
}
