import { readdirSync, statfsSync } from 'node:fs';
import type pg from 'pg';
import { breakOff, sessionClient } from '../../platform/database.ts';
import { withinDeadline } from '../../platform/deadline.ts';
import { type Check, ill, look, note, well } from './check.ts';
import { clockCheck, skewOf } from './clocks.ts';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);
const LITTLE_DISK_BYTES = 1024 ** 3;
const SHUT_MS = 500;

interface Facts {
  version: string;
  now: string;
  bytes: string;
  standby: boolean;
  read_only: string;
  connections: number;
  max_connections: number;
  migrated: boolean;
}

/** Looks at Postgres: reached, primary, connections, disk where it is ours, migrations, XE's breaker, clock. Writes nothing. */
export function examinePostgres({
  url,
  dataDir,
  source,
}: {
  url: string;
  dataDir: string | null;
  source: string;
}) {
  const { host, pathname } = new URL(url);
  const examine = async (): Promise<Check[]> => {
    const client = sessionClient(url, 'doctor');
    try {
      await client.connect();
      const asked = Date.now();
      const { rows } = await client.query<Facts>(FACTS);
      const facts = rows[0] as Facts;
      const clock = clockCheck(
        'Postgres',
        skewOf(Date.parse(facts.now), { asked, answered: Date.now() }),
      );
      const checks = [
        serverCheck(`${host}${pathname}`, facts),
        ...(dataDir ? [diskCheck(dataDir)] : []),
        clock,
      ];
      if (!facts.migrated)
        return [...checks, ill('migrations', 'the tables are not there', 'npm run migrate')];
      return [...checks, await migrationsCheck(client), ...(await breakerChecks(client, source))];
    } finally {
      await withinDeadline('Postgres', SHUT_MS, client.end()).catch(() => breakOff(client));
    }
  };
  return look('Postgres', examine, (error) => cure(error, host));
}

const FACTS = `select current_setting('server_version') as version, clock_timestamp() as now,
  pg_database_size(current_database())::text as bytes, pg_is_in_recovery() as standby,
  current_setting('transaction_read_only') as read_only,
  (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
  current_setting('max_connections')::int as max_connections, to_regclass('knex_migrations') is not null as migrated`;

function serverCheck(
  where: string,
  { version, bytes, standby, read_only, connections, max_connections: most }: Facts,
): Check {
  const says = `${where}: PostgreSQL ${version}, ${Math.ceil(Number(bytes) / 1024 ** 2)} MB, ${connections} of ${most} connections`;
  if (standby || read_only === 'on')
    return ill(
      'Postgres',
      `${says}; it takes no writes`,
      'point DATABASE_URL at the primary: nothing of ours runs on a standby',
    );
  if (connections > most * 0.8)
    return ill('Postgres', says, 'raise max_connections; a service takes up to 10');
  return well('Postgres', says);
}

function diskCheck(dataDir: string): Check {
  const { bavail, bsize } = statfsSync(dataDir);
  const says = `${((bavail * bsize) / 1024 ** 3).toFixed(1)} GB free under ${dataDir}`;
  return bavail * bsize < LITTLE_DISK_BYTES
    ? ill('disk', says, 'make room: Postgres stops when none is left')
    : well('disk', says);
}

async function migrationsCheck(client: pg.Client): Promise<Check> {
  const { rows } = await client.query<{ name: string }>('select name from knex_migrations');
  const done = new Set(rows.map(({ name }) => name));
  const ours = readdirSync(MIGRATIONS).filter((file) => file.endsWith('.ts'));
  const pending = ours.filter((file) => !done.has(file));
  const foreign = [...done].filter((name) => !ours.includes(name));
  if (foreign.length > 0)
    return ill(
      'migrations',
      `the database has ${foreign.join(', ')}, which this version does not know`,
      'run the newer version',
    );
  if (pending.length > 0)
    return ill('migrations', `pending: ${pending.join(', ')}`, 'npm run migrate');
  return well('migrations', `all ${ours.length} applied`);
}

async function breakerChecks(client: pg.Client, source: string): Promise<Check[]> {
  const { rows } = await client.query<{ reason: string; open_until: string }>(
    'select reason, open_until from breakers where source = $1 and open_until > ledger_now()',
    [source],
  );
  return rows.map(({ reason, open_until }) =>
    ill(
      'breaker',
      `XE is not asked before ${open_until}: ${reason}`,
      'mend the reason, then npm run status -- --close-breaker',
    ),
  );
}

function cure(error: unknown, host: string): string {
  const { code = '' } = error as { code?: string };
  if (code.startsWith('28') || code === '42501')
    return 'check user and password in DATABASE_URL (or DATABASE_PASSWORD_FILE)';
  if (code === '3D000') return 'make the database, or correct its name in DATABASE_URL';
  return `start Postgres at ${host}, or correct host and port in DATABASE_URL`;
}

/** The embedded server that does not run, which no doctor should start. */
export const embeddedDown = (dataDir: string): Check[] => [
  ill('Postgres', `embedded, and not running on ${dataDir}`, 'npm start; or set DATABASE_URL'),
  note('migrations', 'not looked at: every start applies them'),
];
