import { accessSync, constants } from 'node:fs';
import { accountOf } from '../ledger/credentials.ts';
import { openTableMetrics } from '../ledger/table-metrics.ts';
import { retryUntilDone } from '../platform/back-off.ts';
import type { Config } from '../platform/config.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import { joinEmbeddedPostgres } from '../platform/embedded-postgres/join.ts';
import { CannotStart } from '../platform/errors.ts';
import { classify } from '../platform/faults.ts';
import { type ServiceHealth, startHealthServer, troubleOf } from '../platform/health.ts';
import type { OnClose } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/logger.ts';
import { migrate } from '../platform/migrate.ts';
import type { Notifications } from '../platform/notifications.ts';

/** What every command composes its parts with. */
export interface AppContext {
  readonly config: Config;
  readonly log: Logger;
  readonly onClose: OnClose;
  /** URL of the Postgres of the settings, embedded or not. */
  readonly url: string;
  /** Aborts when the process shuts down, so that no retry outlives it. */
  readonly signal: AbortSignal;
}

/** What a service has on top. */
export interface ServiceContext extends AppContext {
  /** The process's one LISTEN connection. */
  readonly notifications: Notifications;
  /** Ends the process with exit code 1 and the reason, so that its supervisor starts another. */
  readonly giveUp: (reason: Error) => void;
}

export type Health = () => Promise<ServiceHealth>;

/** Returns the configured URL, or joins (or starts) the embedded server until the process ends. */
export async function joinPostgres({
  config,
  log,
  onClose,
}: Pick<AppContext, 'config' | 'log' | 'onClose'>): Promise<string> {
  if (config.DATABASE_URL) {
    checkTlsFiles(config.DATABASE_URL);
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
    fatal: (err) =>
      explainRefusal(url, err) ?? (classify(err) === 'outage' ? null : (err as Error)),
  });
}

/** Opens the connection pool of a service until the process ends. */
export function openServiceDatabase({ url, onClose }: AppContext, name: string): Database {
  const db = openDatabase({ url, name });
  onClose('database', () => db.destroy());
  return db;
}

/**
 * Opens a service's own health port where METRICS_PORT is set; with the API in the same process
 * there is no need for one. It is open before the service works: one that waits for Postgres is
 * alive, and says what it waits for. Returns the function that hands it the service's health.
 */
export async function openHealthPort(
  { config, log, onClose }: AppContext,
  db: Database,
): Promise<(health: Health) => void> {
  let health: Health = async () => ({ trouble: 'waiting for Postgres', code: 'starting' });
  if (config.METRICS_PORT !== undefined) {
    const server = await startHealthServer({
      host: config.HOST,
      port: config.METRICS_PORT,
      log,
      health: () => health(),
      figures: openTableMetrics(db, {
        ...accountOf(config),
        currencies: config.CURRENCIES,
        schedule: { cron: config.SCHEDULE, zone: config.SCHEDULE_TZ },
      }),
    });
    onClose('health port', () => server.stop());
  }
  return (serviceHealth) => {
    health = serviceHealth;
  };
}

/**
 * Runs the work of a command, which cannot wait for Postgres as a service does. Throws `CannotStart`
 * with one sentence when Postgres is unavailable or refuses us.
 */
export async function requirePostgres<Result>(
  url: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (err) {
    const refusal = explainRefusal(url, err);
    if (refusal || classify(err) !== 'outage') throw refusal ?? err;
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
function explainRefusal(url: string, err: unknown): CannotStart | null {
  const { code = '', message } = err as { code?: string; message: string };
  const { host, pathname } = new URL(url);
  const at = `Postgres at ${host}${pathname}`;
  const cannotStart = (text: string) => new CannotStart(text, { cause: err });
  if (/unsupported startup parameter/.test(message))
    return cannotStart(
      `PgBouncer at ${host} refuses us (${message}): set pool_mode = session and ` +
        `ignore_startup_parameters = ${STARTUP_PARAMETERS} in pgbouncer.ini, and run on Postgres: ` +
        "alter role … set timezone = 'UTC'",
    );
  if (/statement pooling mode/.test(message))
    return cannotStart(
      `PgBouncer at ${host} ends a session with each statement: ` +
        'set pool_mode = session in pgbouncer.ini',
    );
  if (/does not support SSL/.test(message))
    return cannotStart(`${at} has no TLS: leave sslmode out of DATABASE_URL, or set up TLS there`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return cannotStart(
      `${at} has a certificate for another host name: ` +
        'use the name of its certificate in DATABASE_URL',
    );
  if (/CERT|VERIFY/.test(code))
    return cannotStart(
      `${at} has a certificate that is not trusted (${code}): add sslrootcert=/path/to/ca.pem, ` +
        'the file of its certificate authority, to DATABASE_URL',
    );
  if (/^28|^3D000|^42501/.test(code))
    return cannotStart(
      `${at} refuses us (${message}): check user, password and database in DATABASE_URL`,
    );
  return null;
}

/** What pg sends beside user and database when it connects. */
const STARTUP_PARAMETERS =
  'options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout';

/** pg reads these files whenever it connects; a wrong name must show before anything starts. */
function checkTlsFiles(url: string): void {
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const file = new URL(url).searchParams.get(name);
    if (!file) continue;
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
