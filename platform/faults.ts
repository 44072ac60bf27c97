import { StreamUnavailable, UpstreamError } from './errors.ts';

/**
 * What a failure means for the work at hand:
 * - `outage`: Postgres, the broker or the network is unavailable. Retry with back-off, for ever.
 * - `upstream`: a provider or a client is at fault. Recorded, with a bounded number of attempts.
 * - `unstorable`: this data can never be stored. It becomes a dead letter.
 * - `bug`: everything else. Logged with its stack, fails the work, never retried for ever.
 */
export type Failure = 'outage' | 'upstream' | 'unstorable' | 'bug';

/** Classifies a caught error by its type or SQLSTATE (PostgreSQL manual, appendix A). */
export function classify(error: unknown): Failure {
  if (error instanceof UpstreamError) return 'upstream';
  if (error instanceof StreamUnavailable) return 'outage';
  const { code, message = '', name, path } = error as SystemError;
  if (typeof code === 'string' && isSqlState(code)) {
    if (OUTAGE.some((start) => code.startsWith(start))) return 'outage';
    return UNSTORABLE.some((start) => code.startsWith(start)) ? 'unstorable' : 'bug';
  }
  // A file-system error has a code of the same form, and names the path.
  if (path !== undefined) return 'bug';
  // A lost connection has no SQLSTATE: only the system's code, or the words of pg behind knex's.
  if (typeof code === 'string' && /^(E[A-Z]+|EAI_AGAIN)$/.test(code)) return 'outage';
  return name === 'KnexTimeoutError' || LOST_CONNECTION.test(message) ? 'outage' : 'bug';
}

interface SystemError {
  code?: unknown;
  message?: string;
  name?: string;
  path?: string;
}

const LOST_CONNECTION =
  /(^| - )(Connection terminated|Query read timeout|timeout e|Client has encountered a connection)/;

/** True for a SQLSTATE, false for a system error code such as EPIPE. */
export function isSqlState(code: string): boolean {
  return /^(?=.*\d)[0-9A-Z]{5}$/.test(code);
}

const OUTAGE = [
  '08', // connection exceptions
  '25006', // read-only after a fail-over
  '25P03', // idle-in-transaction timeout
  '40001', // serialization failure
  '40P01', // deadlock detected
  '53', // out of connections, memory or disk
  '55P03', // lock not available in time
  '57', // cancelled by its deadline, or the server is going down or starting
];
const UNSTORABLE = [
  '22', // data exceptions
  '23514', // check violation
];
