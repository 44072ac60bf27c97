import type { Database } from '../platform/database.ts';
import type { Account } from './credentials.ts';

/** What XE last said of the account. Counts are rates, not calls; instants are ISO 8601 in UTC; null is what it never said. */
export interface Quota {
  readonly package: string | null;
  readonly service_ends_at: string | null;
  readonly quota_limit: string | null;
  readonly quota_remaining: string | null;
  readonly quota_resets_at: string | null;
  readonly window_limit: string | null;
  readonly window_remaining: string | null;
  readonly window_resets_at: string | null;
  readonly seen_at: string;
}

/** What an answer of XE said of the quota; what it left out keeps its last known value. */
export type QuotaSeen = { [Name in keyof Omit<Quota, 'seen_at'>]?: Quota[Name] };

/** What is known of the account, or null when XE has told nothing yet. */
export async function quotaOf(
  db: Database,
  { source, credentials }: Account,
): Promise<Quota | null> {
  const { rows } = await db.raw(
    `select package, service_ends_at, quota_limit, quota_remaining, quota_resets_at, window_limit, window_remaining, window_resets_at, seen_at
     from xe_quota where source = ? and credentials = ?`,
    [source, credentials],
  );
  return rows[0] ?? null;
}

/** Keeps what was seen; `account` says that it came from account_info. */
export async function keepQuota(
  db: Database,
  { source, credentials, seen, account = false }: Account & { seen: QuotaSeen; account?: boolean },
): Promise<void> {
  const values = { ...NOTHING, ...seen };
  const names = Object.keys(NOTHING);
  await db.raw(
    `insert into xe_quota (source, credentials, ${names.join(', ')}, account_seen_at)
     values (:source, :credentials, ${names.map((name) => `:${name}`).join(', ')}, case when :account then ledger_now() end)
     on conflict on constraint xe_quota_pkey do update set
       ${names.map((name) => `${name} = coalesce(excluded.${name}, xe_quota.${name})`).join(', ')},
       account_seen_at = coalesce(excluded.account_seen_at, xe_quota.account_seen_at), seen_at = excluded.seen_at`,
    { source, credentials, account, ...values } as never,
  );
}

/** Whether account_info should be asked again: it costs nothing, but once in a few hours tells all there is to know. */
export async function accountIsStale(
  db: Database,
  { source, credentials }: Account,
  hours: number,
): Promise<boolean> {
  const { rows } = await db.raw(
    `select from xe_quota where source = ? and credentials = ? and account_seen_at > ledger_now() - ?::int * interval '1 hour'`,
    [source, credentials, hours],
  );
  return rows.length === 0;
}

/** Puts the package that has answered beside a run which was the first to ask. */
export async function keepPackage(db: Database, runId: string, name: string | null): Promise<void> {
  await db.raw('update runs set package = coalesce(package, ?) where run_id = ?', [name, runId]);
}

const NOTHING: Required<QuotaSeen> = {
  package: null,
  service_ends_at: null,
  quota_limit: null,
  quota_remaining: null,
  quota_resets_at: null,
  window_limit: null,
  window_remaining: null,
  window_resets_at: null,
};
