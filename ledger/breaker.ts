import type { Database } from '../platform/database.ts';
import type { Account } from './credentials.ts';

/** XE is not asked before `open_until`, because it has refused us with `status`. */
export interface Breaker {
  readonly status: number;
  readonly reason: string;
  readonly opened_at: string;
  readonly open_until: string;
}

/** The open breaker of an account, or null. Time closes it by itself. */
export async function breakerOf(db: Database, account: Account): Promise<Breaker | null> {
  const { rows } = await db.raw(
    'select status, reason, opened_at, open_until from breakers where source = ? and credentials = ? and open_until > ledger_now()',
    [account.source, account.credentials],
  );
  return rows[0] ?? null;
}

/** Opens the breaker of an account until an instant (ISO 8601), or, without one, for `seconds`. */
export async function openBreaker(
  db: Database,
  {
    source,
    credentials,
    status,
    reason,
    until,
    seconds,
  }: Account & { status: number; reason: string; until: string | null; seconds: number },
): Promise<void> {
  await db.raw(
    `insert into breakers (source, credentials, status, reason, open_until)
     values (:source, :credentials, :status, :reason, greatest(:until::timestamptz, ledger_now() + :seconds * interval '1 second'))
     on conflict on constraint breakers_pkey do update
     set status = excluded.status, reason = excluded.reason, opened_at = excluded.opened_at, open_until = excluded.open_until`,
    { source, credentials, status, reason, until, seconds } as never,
  );
}

/** A person has mended what XE refused: what waited for the breaker is due at once. False when it was not open. */
export async function closeBreaker(
  db: Database,
  { source, credentials }: Account,
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const open = await trx.raw(
      'delete from breakers where source = ? and credentials = ? and open_until > ledger_now()',
      [source, credentials],
    );
    if (open.rowCount === 0) return false;
    await trx.raw(
      `update runs set next_attempt_at = least(next_attempt_at, ledger_now()) where source = ? and state in ('due', 'retrying')`,
      [source],
    );
    await trx.raw("select announce('runs')");
    return true;
  });
}
