import { execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { ensureServerUser } from '../../platform/embedded-postgres/cluster.ts';
import { freePort } from '../../platform/embedded-postgres/server.ts';
import { eventually } from './eventually.ts';

const DEBIAN = '/usr/lib/postgresql';
const PROGRAMS = ['initdb', 'postgres', 'pg_dump', 'pg_restore'];

/** A server with the tools of its own version, which the bundled one does not have. */
export interface ToolServer {
  /** The URL of a database of this server, made empty. */
  database(name: string): Promise<string>;
  /** The URL of the superuser. */
  readonly adminUrl: string;
  tool(program: 'pg_dump' | 'pg_restore', args: readonly string[]): Promise<unknown>;
  /** A folder of the test's own. */
  readonly dir: string;
  kill(): void;
  stop(): Promise<void>;
}

/** Where a Postgres with all its tools is installed (Debian: postgresql), or null. */
export function toolsFolder(): string | null {
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
    : [];
  const folders = versions.map((version) => join(DEBIAN, version, 'bin'));
  return (
    folders.find((folder) => PROGRAMS.every((program) => existsSync(join(folder, program)))) ?? null
  );
}

export async function startToolServer(
  bin: string,
  more: (dir: string) => Promise<Record<string, string>> = async () => ({}),
): Promise<ToolServer> {
  const dir = mkdtempSync(join(tmpdir(), 'fx-tools-'));
  const user = ensureServerUser();
  if ('uid' in user) chownSync(dir, user.uid as number, user.gid as number);
  const data = join(dir, 'data');
  const run = promisify(execFile);
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'fx', '-A', 'trust', '--no-sync'], {
    ...user,
    cwd: '/',
  });
  const port = await freePort();
  const extra = Object.entries(await more(dir));
  const settings = [
    ...extra.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    '-c',
    'fsync=off',
  ];
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...user,
    cwd: '/',
    stdio: 'ignore',
  });
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const url = (name: string) => `postgres://fx@127.0.0.1:${port}/${name}`;
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: url('postgres') });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await eventually(() => admin('select 1'));
  return {
    dir,
    adminUrl: url('postgres'),
    database: async (name) => {
      await admin(`create database ${name}`);
      return url(name);
    },
    tool: (program, args) => run(join(bin, program), [...args], { maxBuffer: 1 << 26 }),
    kill: () => void server.kill('SIGKILL'),
    stop: async () => {
      server.kill('SIGINT');
      await exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
