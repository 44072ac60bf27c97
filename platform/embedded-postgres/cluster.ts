import { type ExecFileException, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CannotStart } from '../errors.ts';
import { checkPassable, ensureServerUser, findBinaries } from './binaries.ts';
import { type Cluster, freePort, isAlive, writeConnection } from './server.ts';

export const SUPERUSER = 'fx';

/** The database directory of a DATA_DIR. */
export function clusterDir(dataDir: string): string {
  return join(resolve(dataDir), 'pg');
}

/**
 * Creates the database directory under `dataDir` on first use. initdb writes to a temporary name
 * that is renamed when complete, so a killed start leaves only a leftover; nothing else is ever
 * deleted. Throws `CannotStart` if the folder is not writable or the server's user cannot reach it.
 */
export async function prepareCluster(dataDir: string): Promise<Cluster> {
  const home = resolve(dataDir);
  const binaries = findBinaries();
  const user = ensureServerUser();
  try {
    mkdirSync(home, { recursive: true });
    const probe = join(home, `.writable.${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe, { force: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CannotStart(
      `DATA_DIR ${home} cannot be written (${code}): ` +
        'make it writable, or set DATA_DIR to a folder that is',
      { cause },
    );
  }
  // The server's user needs only the execute bit here: the files inside have their own modes.
  if (user.uid !== undefined) chmodSync(home, (statSync(home).mode & 0o7777) | 0o011);
  checkPassable(home, user);
  checkPassable(dirname(binaries.postgres), user);
  const cluster = {
    dir: clusterDir(dataDir),
    logFile: join(home, 'postgres.log'),
    postgres: binaries.postgres,
    user,
  };
  if (!existsSync(cluster.dir)) await initialise(cluster, binaries.initdb);
  return cluster;
}

async function initialise(cluster: Cluster, initdb: string): Promise<void> {
  removeLeftovers(cluster.dir);
  const fresh = `${cluster.dir}.new.${process.pid}`;
  const password = randomBytes(24).toString('base64url');
  mkdirSync(fresh, { mode: 0o700 });
  if (cluster.user.uid !== undefined) chownSync(fresh, cluster.user.uid, cluster.user.gid);
  const passwordFile = `${fresh}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (cluster.user.uid !== undefined) chownSync(passwordFile, cluster.user.uid, cluster.user.gid);
  const options = {
    pgdata: fresh,
    username: SUPERUSER,
    pwfile: passwordFile,
    auth: 'scram-sha-256',
    encoding: 'UTF8',
    'locale-provider': 'builtin',
    'builtin-locale': 'C.UTF-8',
    locale: 'C',
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  try {
    await promisify(execFile)(initdb, args, {
      ...cluster.user,
      cwd: '/',
      env: { LC_ALL: 'C', TZ: 'UTC' },
    });
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true });
    const { stderr, message } = cause as ExecFileException;
    throw new CannotStart(
      `A Postgres database could not be created in ${cluster.dir}: ${(stderr || message).trim()}`,
      { cause },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeConnection(fresh, { port: await freePort(), password });
  try {
    renameSync(fresh, cluster.dir);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // A concurrent start won the race; its directory is used.
    if (!existsSync(cluster.dir)) throw error;
  }
}

/** Removes directories of killed starts; keeps those of starts that still run. */
function removeLeftovers(dir: string): void {
  const parent = dirname(dir);
  for (const name of readdirSync(parent)) {
    const pid = /^pg\.new\.(\d+)/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
