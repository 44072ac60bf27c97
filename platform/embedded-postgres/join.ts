import { existsSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { backOff } from '../back-off.ts';
import { sessionClient } from '../database.ts';
import { CannotStart } from '../errors.ts';
import { isSqlState } from '../faults.ts';
import type { Logger } from '../logger.ts';
import { openOutageLog } from '../outage-log.ts';
import { clusterDir, prepareCluster, SUPERUSER } from './cluster.ts';
import { type Cluster, readConnection, runningServer, startServer, stopServer } from './server.ts';

export interface EmbeddedPostgres {
  readonly url: string;
  /** Stops the server, unless another process still uses it. */
  leave(): Promise<void>;
}

const DATABASE = 'fx_rates';
/** Crash recovery may take this long before a server that refuses connections counts as stuck. */
const RECOVERY_MS = 120_000;
const UNREACHABLE_MS = 20_000;
/** Advisory lock: two processes that leave at once would each wait for the other to stop it. */
const LEAVE_LOCK = 5_080_001;
/** application_name of the connection that marks a process as a user of the server. */
const PRESENCE = 'presence';
/** Checks before another user counts as real, and before sessions of others keep the server up. */
const CHECK_MS = 50;
const USER_CHECKS = 5;
const CHECKS = 40;
const PROBE_BYTES = 64 * 1024;

/**
 * Connects to the server that runs on `dataDir`, or starts one. A server left over from a killed
 * process is used as it is. One connection stays open to show other processes that the server is in
 * use; if the server dies, it is restarted. Throws `CannotStart` with one sentence if it cannot
 * run.
 */
export async function joinEmbeddedPostgres({
  dataDir,
  log,
}: {
  dataDir: string;
  log: Logger;
}): Promise<EmbeddedPostgres> {
  const explain = (err: unknown) => {
    throw explainFullDisk(err, dataDir);
  };
  const cluster = await prepareCluster(dataDir).catch(explain);
  let leaving = false;
  let presence = await reachServer(cluster).catch(explain);
  // Callers keep the URL, so a restarted server must use the same port.
  const { port } = presence;
  const url = urlTo(cluster.dir, port, DATABASE);
  watch();

  function watch(): void {
    presence.on('error', (err) => log.debug({ err }, 'embedded Postgres: connection lost'));
    presence.once('end', () => void rejoin());
  }
  async function rejoin(): Promise<void> {
    const retry = backOff({ longest: 5000 });
    const outage = openOutageLog({ name: 'restart of the embedded Postgres', log });
    while (!leaving) {
      try {
        presence = await reachServer(cluster, port).catch(explain);
        if (leaving) return void (await presence.end());
        outage.recovered();
        log.warn('embedded Postgres had stopped and is running again');
        return watch();
      } catch (err) {
        const ms = retry.nextMs();
        outage.failed(err, ms);
        await pause(ms);
      }
    }
  }
  return {
    url,
    leave: async () => {
      leaving = true;
      const last = await isLast(presence).catch(() => false);
      await presence.end().catch(() => undefined);
      if (last) await stopServer(cluster.dir);
    },
  };
}

/** The error, or `CannotStart` with the SQLSTATE of a full disk where that is the cause. */
export function explainFullDisk(err: unknown, dataDir: string, hasSpace = canWrite): unknown {
  const { message = '', code } = err as { message?: string; code?: string };
  // On a full disk a server may be unable to log why it has ended.
  const isFull = code === '53100' || /ENOSPC|No space left/.test(message) || !hasSpace(dataDir);
  if (!isFull) return err;
  const explained = new CannotStart(
    `The disk is full: ${freeMegabytes(dataDir)} MB are free in ${resolve(dataDir)}, where ` +
      'Postgres keeps its data. Free space there: old logs, dumps and copies, never files in pg',
    { cause: err },
  );
  return Object.assign(explained, { code: '53100' });
}

/** False when a small file does not fit; how much is free is no proof, and 0 on some systems. */
function canWrite(dataDir: string): boolean {
  const probe = join(dataDir, `.writable.${process.pid}`);
  try {
    writeFileSync(probe, Buffer.alloc(PROBE_BYTES));
    rmSync(probe);
    return true;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ENOSPC') return true;
    rmSync(probe, { force: true });
    return false;
  }
}

function freeMegabytes(dataDir: string): number {
  let folder = resolve(dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  return Math.floor((bavail * bsize) / 1024 ** 2);
}

/** URL of the server that runs on `dataDir`, for programs that only connect; null if none runs. */
export function runningUrl(dataDir: string): string | null {
  const dir = clusterDir(dataDir);
  const running = runningServer(dir);
  return running && urlTo(dir, running.port, DATABASE);
}

async function reachServer(cluster: Cluster, fixedPort?: number): Promise<pg.Client> {
  const began = Date.now();
  const logged = statSync(cluster.logFile, { throwIfNoEntry: false })?.size ?? 0;
  for (let starts = 0; ; ) {
    const running = runningServer(cluster.dir);
    if (!running) {
      if (starts++ === 5)
        throw new CannotStart(
          `The embedded Postgres does not start: ${reasonIn(cluster.logFile, logged)} ` +
            `(see ${cluster.logFile})`,
        );
      await startServer(cluster, fixedPort);
      continue;
    }
    try {
      return await connect(cluster.dir, running.port);
    } catch (error) {
      const waited = Date.now() - began;
      const { code = '', message } = error as { code?: string; message: string };
      const answered = isSqlState(code) && code !== '57P03';
      // A server that answers may be serving others: never stop it here.
      if (answered && (code.startsWith('28') || waited > UNREACHABLE_MS)) {
        throw new CannotStart(
          `The Postgres server on ${cluster.dir} (pid ${running.pid}) rejects the connection: ` +
            message,
          { cause: error },
        );
      }
      if (!answered && waited > (code === 'ECONNREFUSED' ? UNREACHABLE_MS : RECOVERY_MS)) {
        await stopServer(cluster.dir);
        if (runningServer(cluster.dir))
          throw new CannotStart(
            `The Postgres server on ${cluster.dir} (pid ${running.pid}) neither answers ` +
              'nor stops: kill it, then start again',
            { cause: error },
          );
      }
      await pause(30);
    }
  }
}

/** Connects to the database, and creates it in a new cluster. */
async function connect(dir: string, port: number): Promise<pg.Client> {
  const to = (database: string) => sessionClient(urlTo(dir, port, database), PRESENCE);
  const client = to(DATABASE);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if ((error as { code?: string }).code !== '3D000') throw error;
  }
  const first = to('postgres');
  await first.connect();
  try {
    await first.query(`create database ${DATABASE}`);
  } catch (error) {
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await first.end();
  }
  return connect(dir, port);
}

async function isLast(presence: pg.Client): Promise<boolean> {
  await presence.query('select pg_advisory_lock($1)', [LEAVE_LOCK]);
  // Closed sessions are listed for a moment longer.
  for (let check = 0; check < CHECKS; check++) {
    const { rows } = await presence.query<{ sessions: number; users: number }>(
      `select count(*)::int as sessions,
              (count(*) filter (where application_name = 'fx-rates ${PRESENCE}'))::int as users
       from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    if (rows[0]?.sessions === 0) return true;
    if (rows[0]?.users !== 0 && check >= USER_CHECKS) return false;
    await pause(CHECK_MS);
  }
  return false;
}

function urlTo(dir: string, port: number, database: string): string {
  const { password } = readConnection(dir);
  // Overrides PGSSLMODE of the environment: this server has no TLS.
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`;
}

/** Why the server ended, by what it has logged since: its last line only says that it did. */
function reasonIn(logFile: string, since: number): string {
  const lines = readFileSync(logFile).subarray(since).toString().trim().split('\n');
  const reasons = [/No space left/, /FATAL|PANIC/, /./].flatMap(
    (kind) => lines.findLast((line) => kind.test(line)) ?? [],
  );
  return reasons[0] ?? 'it wrote no log';
}
