import { createHash } from 'node:crypto';
import type { Source } from './run.ts';

/** Whose circuit breaker and quota are meant: a provider knows us by the credentials. */
export interface Account {
  readonly source: Source;
  /** See `accountOf`. */
  readonly credentials: string;
}

/**
 * Names the credentials in force without revealing them: the first 12 hex digits of the sha256 of
 * their values, joined by colons. Without credentials the account is the simulator's.
 */
export function accountOf({
  source,
  credentials,
}: {
  source: Source;
  credentials: readonly string[] | null;
}): Account {
  if (credentials === null) return { source, credentials: SIMULATOR.credentials };
  const digest = createHash('sha256').update(credentials.join(':')).digest('hex');
  return { source, credentials: digest.slice(0, 12) };
}

/**
 * The built-in simulator makes up new credentials at every start; they are one account all the
 * same.
 */
export const SIMULATOR: Account = { source: 'simulator', credentials: 'simulator' };
