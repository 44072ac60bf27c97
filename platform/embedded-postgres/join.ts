import { readFileSync } from 'node:fs';
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
  /** Gives up our place; whoever leaves last stops the server, and one that others use goes on. */
  leave(): Promise<void>;
}

const DATABASE = 'fx_rates';
/** Recovery after a crash may take this long before a server that refuses connections counts as stuck. */
const RECOVERY_MS = 120_000;
const UNREACHABLE_MS = 20_000;
/** Any number will do; it keeps two leavers from each taking the other for a reason to stay. */
const LEAVE_LOCK = 5_080_001;
/** The name by which users of the server know each other. */
const PRESENCE = 'presence';
/** Before a leaver believes that another user is there, and before it leaves the server to sessions that no user of ours has. */
const LOOK_MS = 50;
const LOOKS_AT_USERS = 5;
const LOOKS = 40;

/**
 * Joins the server that runs on `dataDir`, or starts it. A server that outlived a killed program is joined as it is. While we
 * are there one connection of ours stands, so that others can see that somebody is; should the server die, it is started again.
 * Throws `CannotStart` with one sentence when there is no way.
 */
export async function joinEmbeddedPostgres({
  dataDir,
  log,
}: {
  dataDir: string;
  log: Logger;
}): Promise<EmbeddedPostgres> {
  const cluster = await prepareCluster(dataDir);
  let leaving = false;
  let presence = await reachServer(cluster);
  // Whoever was given the URL keeps it, so a server that is started again must come back on the same port.
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
        presence = await reachServer(cluster, port);
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

/** The URL of the server that runs on `dataDir`, for programs that only connect; null when none runs. */
export function runningUrl(dataDir: string): string | null {
  const dir = clusterDir(dataDir);
  const running = runningServer(dir);
  return running && urlTo(dir, running.port, DATABASE);
}

async function reachServer(cluster: Cluster, fixedPort?: number): Promise<pg.Client> {
  const began = Date.now();
  for (let starts = 0; ; ) {
    const running = runningServer(cluster.dir);
    if (!running) {
      if (starts++ === 5)
        throw new CannotStart(
          `The embedded Postgres does not start: ${lastLine(cluster.logFile)} (see ${cluster.logFile})`,
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
      // A server that answers is alive and may be serving others: it is never stopped from here.
      if (answered && (code.startsWith('28') || waited > UNREACHABLE_MS)) {
        throw new CannotStart(
          `The Postgres server on ${cluster.dir} (pid ${running.pid}) answers, but not to us: ${message}`,
          {
            cause: error,
          },
        );
      }
      if (!answered && waited > (code === 'ECONNREFUSED' ? UNREACHABLE_MS : RECOVERY_MS)) {
        await stopServer(cluster.dir);
        if (runningServer(cluster.dir))
          throw new CannotStart(
            `A Postgres server (pid ${running.pid}) holds ${cluster.dir} but neither answers nor stops: end it, then start again`,
            { cause: error },
          );
      }
      await pause(30);
    }
  }
}

/** Connects to our database, making it on the way when the cluster is new. */
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
  // A neighbour that has just hung up is still listed for a moment, and so are the sessions that it has left behind.
  for (let look = 0; look < LOOKS; look++) {
    const { rows } = await presence.query<{ sessions: number; users: number }>(
      `select count(*)::int as sessions, (count(*) filter (where application_name = 'fx-rates ${PRESENCE}'))::int as users
       from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    if (rows[0]?.sessions === 0) return true;
    if (rows[0]?.users !== 0 && look >= LOOKS_AT_USERS) return false;
    await pause(LOOK_MS);
  }
  return false;
}

function urlTo(dir: string, port: number, database: string): string {
  const { password } = readConnection(dir);
  // sslmode keeps out PGSSLMODE of the environment: this server has no TLS.
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`;
}

function lastLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '';
  } catch {
    return 'it wrote no log';
  }
}
