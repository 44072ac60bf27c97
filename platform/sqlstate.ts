/** What an error of the database means for the work at hand. */
export type DatabaseFault = 'away' | 'impossible' | 'other';

/**
 * SQLSTATE → what to do (PostgreSQL manual, appendix A). `away`: Postgres, or the way to it, cannot serve us now, so the whole
 * transaction may be repeated. `impossible`: this data can never be stored. `other`: a fault of ours, or no database error at all.
 */
export function databaseFault(error: unknown): DatabaseFault {
  const {
    code,
    message = '',
    name,
    path,
  } = error as { code?: unknown; message?: string; name?: string; path?: string };
  if (typeof code === 'string' && isSqlState(code)) {
    if (AWAY.some((start) => code.startsWith(start))) return 'away';
    return IMPOSSIBLE.some((start) => code.startsWith(start)) ? 'impossible' : 'other';
  }
  // What the file system refuses has a code of the same kind, and says of which path.
  if (path !== undefined) return 'other';
  // A connection that broke or fell silent has no SQLSTATE: the system's code, or only the words of pg, after knex's own.
  if (typeof code === 'string' && /^(E[A-Z]+|EAI_AGAIN)$/.test(code)) return 'away';
  return name === 'KnexTimeoutError' ||
    /(^| - )(Connection terminated|Query read timeout|timeout e|Client has encountered a connection)/.test(
      message,
    )
    ? 'away'
    : 'other';
}

/** A code that Postgres itself answered with, unlike the system's own such as EPIPE. */
export function isSqlState(code: string): boolean {
  return /^(?=.*\d)[0-9A-Z]{5}$/.test(code);
}

const AWAY = [
  '08', // connection exceptions
  '25P03', // given up while idle in a transaction
  '40001', // serialization failure
  '40P01', // deadlock detected
  '53', // out of connections, memory or disk
  '55P03', // lock not available in time
  '57', // cancelled by its deadline, or the server is going down or starting
];
const IMPOSSIBLE = [
  '22', // data exceptions
  '23514', // check violation
];
