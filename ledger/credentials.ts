import { createHash } from 'node:crypto';
import type { Source } from './run.ts';

/** Whose circuit breaker and quota are meant: XE knows nothing of ours but the credentials. */
export interface Account {
  readonly source: Source;
  /** See `accountOf`. */
  readonly credentials: string;
}

/**
 * Names the credentials in force without revealing them: the first 12 hex digits of
 * sha256("<account id>:<key>"). Without credentials the account is the simulator's.
 */
export function accountOf(config: {
  source: Source;
  XE_ACCOUNT_ID?: string | undefined;
  XE_API_KEY?: string | undefined;
}): Account {
  const { source, XE_ACCOUNT_ID: id, XE_API_KEY: key } = config;
  if (source === 'simulator') return SIMULATOR;
  const digest = createHash('sha256').update(`${id}:${key}`).digest('hex');
  return { source, credentials: digest.slice(0, 12) };
}

/**
 * The built-in simulator makes up new credentials at every start; they are one account all the
 * same.
 */
export const SIMULATOR: Account = { source: 'simulator', credentials: 'simulator' };
