import type { Database } from '../platform/database.ts';
import { execute, queryOne, queryRow, sqlFolder } from '../platform/sql.ts';
import type { Account } from './credentials.ts';

/**
 * What a provider last said of the account, in what it bills. Null: it never said it. Instants:
 * ISO 8601.
 */
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

/** What a response said of the quota; what it left out keeps its last known value. */
export type QuotaSeen = { [Name in keyof Omit<Quota, 'seen_at'>]?: Quota[Name] };

const sql = sqlFolder(import.meta.url);

/** What is known of the account, or null before the first response to these credentials. */
export function quotaOf(db: Database, { source, credentials }: Account): Promise<Quota | null> {
  return queryOne<Quota>(db, sql('quota'), { source, credentials });
}

/** Stores what was seen; `account` says that it came from account_info. */
export async function keepQuota(
  db: Database,
  { source, credentials, seen, account = false }: Account & { seen: QuotaSeen; account?: boolean },
): Promise<void> {
  const params = { ...NOTHING, ...seen, source, credentials, isAccountInfo: account };
  await execute(db, sql('store_quota'), params);
}

/** Whether account_info is due again: it costs nothing, but changes only with the contract. */
export async function accountIsStale(
  db: Database,
  { source, credentials }: Account,
  hours: number,
): Promise<boolean> {
  const params = { source, credentials, hours };
  const { is_stale: isStale } = await queryRow<{ is_stale: boolean }>(
    db,
    sql('account_age'),
    params,
  );
  return isStale;
}

/** Stores the package that answered with a run that was fetched before the package was known. */
export async function keepPackage(db: Database, runId: string, name: string | null): Promise<void> {
  await execute(db, sql('store_package'), { runId, name });
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
