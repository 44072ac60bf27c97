import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import knex, { type Knex } from 'knex';
import pg from 'pg';
import type { Logger } from './logger.ts';

export type Database = Knex;

/** What a service may wait: a query fails in seconds and heals by itself, however the network dies. */
const REQUEST = {
  connectionTimeoutMillis: 2000,
  query_timeout: 6000,
  statement_timeout: 5000,
  lock_timeout: 3000,
  idle_in_transaction_session_timeout: 10_000,
};
const DEADLINES = {
  request: REQUEST,
  /** A report works for as long as its reader waits, 25 s, and Postgres does not go on with it for nobody. */
  report: { ...REQUEST, query_timeout: 30_000, statement_timeout: 26_000 },
  /** Migrations, seeds and loads may take long; only reaching the server may not. */
  none: { connectionTimeoutMillis: 5000 },
};
type Deadlines = keyof typeof DEADLINES;

export interface DatabaseSettings {
  url: string;
  /** Shown in pg_stat_activity, so that an operator sees who holds a lock. */
  name: string;
  /** How long its queries may take: those of a request unless told otherwise. */
  deadlines?: Deadlines;
  poolSize?: number;
}

/**
 * Opens a pool that connects on first use. `date`, `numeric` and `int8` come back as the text that Postgres holds, `timestamptz`
 * as ISO 8601 in UTC: none passes through a JavaScript number or the machine's time zone.
 */
export function openDatabase(settings: DatabaseSettings): Database {
  const db = knex(knexSettings(settings));
  db.on('query-error', withoutStatement);
  return db;
}

/** The same as knex itself wants it, for its command line. */
export function knexSettings({
  url,
  name,
  deadlines = 'request',
  poolSize = 5,
}: DatabaseSettings): Knex.Config {
  return {
    client: 'pg',
    connection: { ...connectionTo(url, name), ...DEADLINES[deadlines] } as Knex.PgConnectionConfig,
    acquireConnectionTimeout: deadlines === 'request' ? 3000 : 30_000,
    compileSqlOnError: false,
    pool: { min: 0, max: poolSize, afterCreate: dropAfterTimeout },
    // knex prints to the console by itself; what matters reaches us as a rejected query.
    log: { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} },
    migrations: {
      directory: fileURLToPath(new URL('../migrations', import.meta.url)),
      loadExtensions: ['.ts'],
      extension: 'ts',
    },
    seeds: {
      directory: fileURLToPath(new URL('../seeds', import.meta.url)),
      loadExtensions: ['.ts'],
      extension: 'ts',
    },
  };
}

/** One connection outside the pool, for what belongs to a session: advisory locks and LISTEN. The caller connects and ends it. */
export function sessionClient(
  url: string,
  name: string,
  { deadlines = 'request' as Deadlines } = {},
): pg.Client {
  const client = new pg.Client({ ...connectionTo(url, name), ...DEADLINES[deadlines] });
  // Without a listener a lost connection would end the process; the next query on it rejects and tells.
  client.on('error', () => {});
  return client;
}

/** Gives a connection up at once, where a polite end would wait for a server that has fallen silent. */
export function breakOff(client: pg.Client): void {
  (client as unknown as Wired).connection.stream.destroy();
}

interface Wired {
  connection: { stream: { destroy(): void } };
}

/**
 * Brings the schema up to date. An advisory lock lets one migration run at a time and dies with its process; knex's own lock is a
 * row that survives a kill, so whoever holds the advisory lock may free it. Returns the names of what was applied.
 */
export async function migrate(url: string, log: Logger): Promise<readonly string[]> {
  const guard = sessionClient(url, 'migration lock', { deadlines: 'none' });
  await guard.connect();
  const db = openDatabase({ url, name: 'migrations', deadlines: 'none', poolSize: 2 });
  try {
    await guard.query("select pg_advisory_lock(hashtext(current_schema() || '.migrations'))");
    const [, names] = (await db.migrate.list()) as [unknown, unknown[]];
    if (names.length === 0) return [];
    await db.migrate.forceFreeMigrationsLock();
    const [, done] = (await db.migrate.latest()) as [number, string[]];
    log.info({ migrations: done.length }, 'the schema is up to date');
    return done.map((file) => basename(file, '.ts'));
  } finally {
    await db.destroy();
    await guard.end();
  }
}

function connectionTo(url: string, name: string) {
  return {
    connectionString: url,
    application_name: `fx-rates ${name}`,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // A statement over arrays is thought to cost far more than it does, and compiling it takes longer than running it.
    options: '-c TimeZone=UTC -c jit=off',
    types: { getTypeParser },
  };
}

const AS_TEXT = new Set<number>([
  pg.types.builtins.DATE,
  pg.types.builtins.NUMERIC,
  pg.types.builtins.INT8,
]);
const getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (AS_TEXT.has(oid)) return (text: string) => text;
  if (oid === pg.types.builtins.TIMESTAMPTZ) return isoInstant;
  return pg.types.getTypeParser(oid, format);
}) as typeof pg.types.getTypeParser;

/** `2026-11-24 01:00:00.5+00` → `2026-11-24T01:00:00.5Z`; the session's zone is always UTC. */
function isoInstant(text: string): string {
  return text.endsWith('+00') ? `${text.slice(0, -3).replace(' ', 'T')}Z` : text.replace(' ', 'T');
}

/** knex puts the statement in front of what Postgres says; these words go into logs, health and answers, and rows are not for all of them. */
function withoutStatement(error: Error, { sql }: { sql: string }): void {
  if (error.message.startsWith(`${sql} - `)) error.message = error.message.slice(sql.length + 3);
}

/** A reply may still arrive on a connection whose query was given up, so it must not serve another query. */
function dropAfterTimeout(connection: pg.Client, done: (error?: Error) => void): void {
  const query = connection.query.bind(connection) as (...args: unknown[]) => unknown;
  const guarded = (config: unknown, callback: unknown, ...rest: unknown[]) => {
    if (typeof callback !== 'function') return query(config, callback, ...rest);
    return query(config, (error: Error | null, result: unknown) => {
      if (error?.message === 'Query read timeout') breakOff(connection);
      callback(error, result);
    });
  };
  connection.query = guarded as typeof connection.query;
  done();
}
