import { existsSync, readdirSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type pg from 'pg';
import { explainRefusal } from '../../app/postgres.ts';
import { sessionClient } from '../../platform/database.ts';
import { withinDeadline } from '../../platform/deadline.ts';
import { destroyConnection } from '../../platform/drop-dirty-connection.ts';
import { sharesSessions } from '../../platform/migrate.ts';
import { type Check, examine, note, ok, problem } from './check.ts';
import { checkClock, measureSkew } from './clocks.ts';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);
const LOW_DISK_BYTES = 1024 ** 3;
const FULL_DISK_BYTES = 64 * 1024 ** 2;
const CLOSE_MS = 500;

interface Facts {
  version: string;
  now: string;
  bytes: string;
  is_standby: boolean;
  read_only: string;
  connections: number;
  max_connections: number;
  is_migrated: boolean;
}

const FACTS = `
select current_setting('server_version') as version,
       clock_timestamp() as now,
       pg_database_size(current_database())::text as bytes,
       pg_is_in_recovery() as is_standby,
       current_setting('transaction_read_only') as read_only,
       (select count(*)::int from pg_stat_activity where backend_type = 'client backend')
         as connections,
       current_setting('max_connections')::int as max_connections,
       to_regclass('knex_migrations') is not null as is_migrated`;

/**
 * Examines Postgres: reachable, primary, a pooler's mode, connections, disk, clock, migrations.
 * `dataDir` is set for the embedded server. Writes nothing.
 */
export function examinePostgres({
  url,
  dataDir,
}: {
  url: string;
  dataDir: string | null;
}): Promise<Check[]> {
  const { host, pathname } = new URL(url);
  const work = () =>
    withSession(url, async (client) => {
      const sent = Date.now();
      const { rows } = await client.query<Facts>(FACTS);
      const facts = rows[0] as Facts;
      const skew = measureSkew(Date.parse(facts.now), { sent, received: Date.now() });
      const isShared = await sharesSessions(client, url);
      return [
        checkServer(`${host}${pathname}`, facts),
        ...(isShared ? [SHARED_SESSIONS] : []),
        ...(dataDir ? [checkDisk(dataDir)] : []),
        checkClock('Postgres', skew),
        facts.is_migrated ? await checkMigrations(client) : MISSING_TABLES,
      ];
    });
  return examine('Postgres', work, (err) => explainPostgres(err, { host, dataDir }));
}

async function withSession<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = sessionClient(url, 'doctor');
  try {
    await client.connect();
    return await work(client);
  } finally {
    await withinDeadline('Postgres', CLOSE_MS, client.end()).catch(() => destroyConnection(client));
  }
}

function checkServer(address: string, facts: Facts): Check {
  const { version, bytes, is_standby, read_only, connections, max_connections: max } = facts;
  const size = Math.ceil(Number(bytes) / 1024 ** 2);
  const detail =
    `${address}: PostgreSQL ${version}, ${size} MB, ` + `${connections} of ${max} connections`;
  if (is_standby || read_only === 'on')
    return problem('Postgres', {
      code: 'postgres_read_only',
      detail: `${detail}; read-only`,
      fix: 'point DATABASE_URL at the primary: no service runs on a standby',
    });
  if (connections > max * 0.8)
    return problem('Postgres', {
      code: 'connections_low',
      severity: 'degraded',
      detail,
      fix: 'raise max_connections; a service takes up to 10',
    });
  return ok('Postgres', detail);
}

/** Free space where the embedded server keeps its data. */
function checkDisk(dataDir: string): Check {
  let folder = resolve(dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  return judgeDisk(dataDir, bavail * bsize);
}

export function judgeDisk(dataDir: string, freeBytes: number): Check {
  const detail = `${(freeBytes / 1024 ** 3).toFixed(1)} GB free under ${dataDir}`;
  const fix = `free space under ${dataDir}, never by deleting in pg_wal; then services resume`;
  if (freeBytes < FULL_DISK_BYTES)
    return problem('disk', { code: 'disk_full', detail: `the disk is full: ${detail}`, fix });
  if (freeBytes < LOW_DISK_BYTES)
    return problem('disk', { code: 'disk_low', severity: 'degraded', detail, fix });
  return ok('disk', detail);
}

const SHARED_SESSIONS = problem('Postgres', {
  code: 'pooler_transaction_mode',
  detail: 'a pooler in transaction mode is in between: LISTEN and advisory locks are lost',
  fix: 'set pool_mode = session in PgBouncer, or point DATABASE_URL at Postgres itself',
});

const MISSING_TABLES = problem('migrations', {
  code: 'migrations_pending',
  detail: 'the tables do not exist',
  fix: 'npm run migrate',
});

async function checkMigrations(client: pg.Client): Promise<Check> {
  const { rows } = await client.query<{ name: string }>('select name from knex_migrations');
  const applied = new Set(rows.map(({ name }) => name));
  const known = readdirSync(MIGRATIONS).filter((file) => file.endsWith('.ts'));
  const pending = known.filter((file) => !applied.has(file));
  const unknown = [...applied].filter((name) => !known.includes(name));
  if (unknown.length > 0)
    return problem('migrations', {
      code: 'migrations_unknown',
      detail: `the database has ${unknown.join(', ')}, which this version does not know`,
      fix: 'run the newer version',
    });
  if (pending.length > 0)
    return problem('migrations', {
      code: 'migrations_pending',
      detail: `pending: ${pending.join(', ')}`,
      fix: 'npm run migrate',
    });
  return ok('migrations', `all ${known.length} applied`);
}

interface Where {
  host: string;
  dataDir: string | null;
}

/** What an error of Postgres means for an operator, by SQLSTATE (PostgreSQL, appendix A). */
export function explainPostgres(
  err: unknown,
  { host, dataDir }: Where,
): { code: string; fix: string; detail?: string } {
  const { code = '', message = '' } = err as { code?: string; message?: string };
  const refusal = explainRefusal(`postgres://${host}`, err);
  if (refusal) return refusal;
  if (code === '53100' || code === 'ENOSPC')
    return {
      code: 'disk_full',
      detail: `the disk of Postgres is full (${message})`,
      fix: `free space ${dataDir ? `under ${dataDir}` : `on ${host}`}; never delete in pg_wal`,
    };
  if (code === '57P03')
    return {
      code: 'postgres_unavailable',
      fix: 'Postgres is starting or recovering: wait, then read its log and check its disk',
    };
  return { code: 'postgres_unavailable', fix: fixUnavailable({ host, dataDir }) };
}

function fixUnavailable({ host, dataDir }: Where): string {
  return dataDir
    ? `read the log of npm start, check the disk, then run npm start (data in ${dataDir})`
    : `start Postgres at ${host}, or correct host and port in DATABASE_URL`;
}

/** The embedded server is not running, and a doctor starts nothing. */
export const embeddedStopped = (dataDir: string): Check[] => [
  problem('Postgres', {
    code: 'postgres_unavailable',
    detail: `embedded, and not running on ${dataDir}`,
    fix: 'npm start; or set DATABASE_URL',
  }),
  checkDisk(dataDir),
  note('migrations', 'not examined: every start applies them'),
];
