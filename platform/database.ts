import { fileURLToPath } from 'node:url';
import knex, { type Knex } from 'knex';
import pg from 'pg';
import { dropWhenDirty } from './drop-dirty-connection.ts';

export type Database = Knex;

/** Deadlines of a service: a query fails in seconds, and the pool recovers by itself. */
const REQUEST = {
  connectionTimeoutMillis: 2000,
  query_timeout: 6000,
  statement_timeout: 5000,
  lock_timeout: 3000,
  idle_in_transaction_session_timeout: 10_000,
};
const DEADLINES = {
  request: REQUEST,
  /** A report's reader waits 25 s; Postgres stops working on it soon after. */
  report: { ...REQUEST, query_timeout: 30_000, statement_timeout: 26_000 },
  /** Migrations, seeds and loads may take long; only reaching the server may not. */
  none: { connectionTimeoutMillis: 5000 },
};
type Deadlines = keyof typeof DEADLINES;

export interface DatabaseSettings {
  url: string;
  /** Shown in pg_stat_activity, so that an operator sees what holds a lock. */
  name: string;
  /** How long a query may take; `request` is the default. */
  deadlines?: Deadlines;
  poolSize?: number;
}

/**
 * Opens a pool that connects on first use. `date`, `numeric` and `int8` are returned as text and
 * `timestamptz` as ISO 8601 in UTC: no value depends on JavaScript numbers or the local time zone.
 */
export function openDatabase(settings: DatabaseSettings): Database {
  const db = knex(knexSettings(settings));
  db.on('query-error', withoutStatement);
  return db;
}

/** The settings of such a pool, also for knex's own command line. */
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
    pool: { min: 0, max: poolSize, afterCreate: dropWhenDirty },
    // knex prints to the console by itself; what matters reaches us as a rejected query.
    log: { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} },
    migrations: {
      directory: fileURLToPath(new URL('../migrations', import.meta.url)),
      loadExtensions: ['.ts'],
      extension: 'ts',
      // A previous version runs on the tables of a newer one: migrate() warns of it.
      disableMigrationsListValidation: true,
    },
    seeds: {
      directory: fileURLToPath(new URL('../seeds', import.meta.url)),
      loadExtensions: ['.ts'],
      extension: 'ts',
    },
  };
}

/** A connection outside the pool, for advisory locks and LISTEN. The caller opens and ends it. */
export function sessionClient(
  url: string,
  name: string,
  { deadlines = 'request' as Deadlines } = {},
): pg.Client {
  const client = new pg.Client({ ...connectionTo(url, name), ...DEADLINES[deadlines] });
  // Without a listener a lost connection ends the process; the next query on it rejects.
  client.on('error', () => {});
  return client;
}

/** These win over the same settings in `?options=` of the URL. */
const OUR_OPTIONS =
  // Postgres overestimates statements over arrays: compiling them takes longer than running them.
  '-c TimeZone=UTC -c jit=off';

function connectionTo(url: string, name: string) {
  const whole = new URL(url);
  const given = whole.searchParams.get('options') ?? '';
  // In pg the URL's options replace those beside it.
  whole.searchParams.set('options', `${given} ${OUR_OPTIONS}`.trim());
  useLibpqModes(whole.searchParams);
  return {
    connectionString: whole.href,
    application_name: `fx-rates ${name}`,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser },
  };
}

/**
 * Gives sslmode the meaning that libpq documents: without a certificate authority `require`
 * encrypts and verifies nothing. By itself pg verifies more, and says that a later version will
 * not.
 */
function useLibpqModes(given: URLSearchParams): void {
  const mode = given.get('sslmode');
  if (!mode || mode === 'no-verify') return;
  given.set('uselibpqcompat', 'true');
  // libpq goes on without TLS where the server has none; pg does not.
  if (mode === 'allow') given.set('sslmode', 'prefer');
  // The authorities that Node.js trusts: pg would look for a file of that name.
  if (given.get('sslrootcert') === 'system') given.delete('sslrootcert');
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

/** `2026-11-24 01:00:00.5+00` → `2026-11-24T01:00:00.5Z`, from any offset. */
export function isoInstant(text: string): string {
  if (text.endsWith('+00')) return `${text.slice(0, -3).replace(' ', 'T')}Z`;
  const [, local, fraction = '', sign, hours, minutes = '00', seconds = '00'] =
    /^([-\d]+ [\d:]+)(\.\d+)?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/.exec(text) ?? [];
  if (!local) return text;
  const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  const millis = Date.parse(`${local.replace(' ', 'T')}Z`) - (sign === '-' ? -offset : offset);
  return `${new Date(millis).toISOString().slice(0, 19)}${fraction}Z`;
}

/** knex prefixes the message with the statement; messages are shown, and values must not be. */
function withoutStatement(error: Error, { sql }: { sql: string }): void {
  if (error.message.startsWith(`${sql} - `)) error.message = error.message.slice(sql.length + 3);
}
