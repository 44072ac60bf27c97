import { accessSync, constants } from 'node:fs';
import { openTableMetrics } from '../ledger/table-metrics.ts';
import { retryUntilDone } from '../platform/back-off.ts';
import type { Config } from '../platform/config.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import { joinEmbeddedPostgres } from '../platform/embedded-postgres/join.ts';
import { CannotStart, StreamUnavailable } from '../platform/errors.ts';
import { classify } from '../platform/faults.ts';
import { type ServiceHealth, startHealthServer, troubleOf } from '../platform/health.ts';
import type { OnClose } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/logger.ts';
import { migrate } from '../platform/migrate.ts';
import type { Notifications } from '../platform/notifications.ts';
import { firstLane } from './lanes.ts';
import { explainRefusal } from './postgres-refusal.ts';

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
        ...firstLane(config).account,
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
