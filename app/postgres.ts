import { accessSync, constants } from 'node:fs';
import { retryUntilDone } from '../platform/back-off.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import { joinEmbeddedPostgres } from '../platform/embedded-postgres/join.ts';
import { CannotStart, StreamUnavailable } from '../platform/errors.ts';
import { classify } from '../platform/faults.ts';
import { troubleOf } from '../platform/health.ts';
import { migrate } from '../platform/migrate.ts';
import type { AppContext } from './context.ts';

/** Returns the configured URL, or joins (or starts) the embedded server until the process ends. */
export async function joinPostgres({
  config,
  log,
  onClose,
}: Pick<AppContext, 'config' | 'log' | 'onClose'>): Promise<string> {
  if (config.DATABASE_URL) {
    checkTlsSettings(config.DATABASE_URL);
    return config.DATABASE_URL;
  }
  const postgres = await joinEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
  onClose('embedded Postgres', () => postgres.leave());
  return postgres.url;
}

/** Migrates the schema, retrying while Postgres is unavailable. Throws what a retry cannot cure. */
export async function migrateWhenReachable({ url, log, signal }: AppContext): Promise<void> {
  await retryUntilDone('migration', () => migrate(url, log), {
    log,
    signal,
    fatal: (err) => refusedStart(url, err) ?? (classify(err) === 'outage' ? null : (err as Error)),
  });
}

/** Opens the connection pool of a service until the process ends. */
export function openServiceDatabase({ url, onClose }: AppContext, name: string): Database {
  const db = openDatabase({ url, name });
  onClose('database', () => db.destroy());
  return db;
}

/** Migrates the schema and opens the database of a command until the process ends. */
export async function openTaskDatabase(
  { url, log, onClose }: AppContext,
  name: string,
  options: { deadlines?: 'none' } = {},
): Promise<Database> {
  await migrate(url, log);
  const db = openDatabase({ url, name, ...options });
  onClose('database', () => db.destroy());
  return db;
}

/**
 * Runs the work of a command, which cannot wait for Postgres as a service does. Throws
 * `CannotStart` with one sentence when Postgres is unavailable or refuses us.
 */
export async function requirePostgres<Result>(
  url: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (err) {
    const refusal = refusedStart(url, err);
    if (refusal || classify(err) !== 'outage') throw refusal ?? err;
    if (err instanceof StreamUnavailable) throw new CannotStart(err.message, { cause: err });
    const { trouble, code } = troubleOf(err);
    const reason = (err as { code?: string }).code ?? (err as Error).message;
    throw new CannotStart(
      code === 'disk_full'
        ? trouble
        : `Postgres at ${new URL(url).host} cannot be reached (${reason}): ` +
            'start it, or correct DATABASE_URL',
      { cause: err },
    );
  }
}

/** Returns `CannotStart` with what to do when Postgres refuses us, else null. */
function refusedStart(url: string, cause: unknown): CannotStart | null {
  const refusal = explainRefusal(url, cause);
  return refusal && new CannotStart(`${refusal.detail}: ${refusal.fix}`, { cause });
}

const SSL_MODES = 'disable allow prefer require verify-ca verify-full no-verify'.split(' ');

/** pg reads these files whenever it connects; a wrong name must show before anything starts. */
function checkTlsSettings(url: string): void {
  const given = new URL(url).searchParams;
  const mode = given.get('sslmode') ?? 'disable';
  if (!SSL_MODES.includes(mode))
    throw new CannotStart(`DATABASE_URL: sslmode=${mode} is none of ${SSL_MODES.join(', ')}`);
  if (mode === 'verify-ca' && !given.has('sslrootcert'))
    throw new CannotStart(
      'DATABASE_URL: sslmode=verify-ca needs sslrootcert=/path/to/ca.pem; for a public ' +
        'certificate authority use sslmode=verify-full',
    );
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const file = given.get(name);
    if (!file || (name === 'sslrootcert' && file === 'system')) continue;
    try {
      accessSync(file, constants.R_OK);
    } catch (err) {
      const { code } = err as NodeJS.ErrnoException;
      throw new CannotStart(`DATABASE_URL: ${name}=${file} cannot be read (${code})`, {
        cause: err,
      });
    }
  }
}

/** Why Postgres, or a pooler before it, refuses us: a code for programs, and what to do. */
export interface PostgresRefusal {
  readonly code: string;
  readonly detail: string;
  readonly fix: string;
}

/** What pg sends beside user and database when it connects. */
const STARTUP_PARAMETERS =
  'options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout';

interface PostgresError {
  readonly code?: string;
  readonly message?: string;
  /** Of a file that cannot be read. */
  readonly path?: string;
}

/** Explains an error that a retry cannot cure; null for any other. */
export function explainRefusal(url: string, err: unknown): PostgresRefusal | null {
  const { code = '', message = '', path } = err as PostgresError;
  const { host, pathname } = new URL(url);
  const at = `Postgres at ${host}${pathname}`;
  const refused = (name: string, fix: string) => ({
    ...{ code: name, fix },
    detail: `${at} refuses us (${message})`,
  });
  if (path !== undefined && code.startsWith('E'))
    return {
      code: 'postgres_tls',
      detail: `${path} cannot be read (${code})`,
      fix: 'correct sslrootcert, sslcert or sslkey in DATABASE_URL',
    };
  const known = explainPooler(host, message) ?? explainTls(at, code, message);
  if (known) return known;
  if (code === '3D000')
    return refused('database_missing', 'create the database, or correct its name in DATABASE_URL');
  // From Postgres 15 on, users may create nothing in the schema public.
  if (code === '3F000' || (code === '42501' && message.includes('schema')))
    return refused(
      'schema_missing',
      'give the user a schema of its own: create schema fx authorization USER, and ' +
        '?options=-c%20search_path=fx in DATABASE_URL',
    );
  if (/^28|^42501/.test(code))
    return refused(
      'postgres_refused',
      'check user, password and database in DATABASE_URL, and DATABASE_PASSWORD_FILE',
    );
  return null;
}

function explainPooler(host: string, message: string): PostgresRefusal | null {
  if (/unsupported startup parameter/.test(message))
    return {
      code: 'pooler_refuses_parameters',
      detail: `PgBouncer at ${host} refuses us (${message})`,
      fix:
        `set pool_mode = session and ignore_startup_parameters = ${STARTUP_PARAMETERS} in ` +
        "pgbouncer.ini, and run on Postgres: alter role … set timezone = 'UTC'",
    };
  if (/statement pooling mode/.test(message))
    return {
      code: 'pooler_transaction_mode',
      detail: `PgBouncer at ${host} ends a session with each statement`,
      fix: 'set pool_mode = session in pgbouncer.ini',
    };
  return null;
}

function explainTls(at: string, code: string, message: string): PostgresRefusal | null {
  const refusal = (detail: string, fix: string) => ({
    code: 'postgres_tls',
    detail: `${at} ${detail}`,
    fix,
  });
  if (/does not support SSL/.test(message))
    return refusal('has no TLS', 'leave sslmode out of DATABASE_URL, or set up TLS there');
  if (/no encryption|SSL off/.test(message))
    return refusal(
      `wants TLS (${message})`,
      'add sslmode=require to DATABASE_URL, or verify-full with sslrootcert',
    );
  if (/client certificate/.test(message) || code.startsWith('ERR_SSL'))
    return refusal(
      `refuses our certificate, or wants one (${code || message})`,
      'set sslcert and sslkey in DATABASE_URL to a valid one',
    );
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return refusal(
      'has a certificate for another host name',
      'use the name of its certificate in DATABASE_URL',
    );
  if (code === 'CERT_HAS_EXPIRED')
    return refusal('has a certificate that has expired', 'renew it there');
  if (/CERT|VERIFY/.test(code))
    return refusal(
      `has a certificate that is not trusted (${code})`,
      'add sslrootcert=/path/to/ca.pem, the file of its certificate authority, to DATABASE_URL',
    );
  return null;
}
