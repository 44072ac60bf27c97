import type { Account } from '../ledger/credentials.ts';
import { accountIsStale, keepPackage, keepQuota } from '../ledger/quota.ts';
import type { Run } from '../ledger/run.ts';
import type { Database } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import type { XeClient } from './xe-client.ts';
import { quotaOfHeaders } from './xe-quota.ts';

export interface AccountDeps {
  db: Database;
  account: Account;
  log: Logger;
}

/** The package changes with a contract, not with a pull. */
const ACCOUNT_HOURS = 6;

/** Keeps what the answer's headers say of the quota. It is for people to read, so a pull does not fail over it. */
export async function keepHeaders(
  { db, log, account }: AccountDeps,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.keys(headers).length === 0) return;
  await keepQuota(db, { ...account, seen: quotaOfHeaders(headers) }).catch((error: Error) =>
    log.warn({ error: error.message }, 'the quota of the headers was not kept'),
  );
}

/** Asks account_info, which costs nothing, once in a few hours after a pull, and puts the package's name beside the run. */
export async function keepAccount(
  { db, log, xe, account }: AccountDeps & { xe: XeClient },
  run: Run,
  stopping: AbortSignal,
): Promise<void> {
  try {
    if (!(await accountIsStale(db, account, ACCOUNT_HOURS))) return;
    const { seen } = await xe.accountInfo(stopping);
    await keepQuota(db, { ...account, seen, account: true });
    await keepPackage(db, run.run_id, seen.package ?? null);
    if (seen.package?.startsWith('FREETRIAL'))
      log.warn({ package: seen.package }, 'XE: this is a trial, and its rates may be made up');
  } catch (error) {
    log.warn({ error: (error as Error).message }, 'XE: the account was not asked for');
  }
}
