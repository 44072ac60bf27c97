import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerUser } from './cluster.ts';

/** A database directory on disk, and how to start and reach its server. */
export interface Cluster {
  readonly dir: string;
  readonly logFile: string;
  readonly postgres: string;
  readonly user: ServerUser;
}

/** Port and password of a server, stored in its directory and readable by the owner only. */
export interface Connection {
  port: number;
  password: string;
}
const CONNECTION_FILE = 'fx-connection.json';

/**
 * Starts the server and waits until it runs or has exited. It gets its own process group, so that
 * Ctrl-C does not stop it before the application has drained.
 */
export async function startServer(cluster: Cluster, fixedPort?: number): Promise<void> {
  const connection = readConnection(cluster.dir);
  const port = fixedPort ?? (await freePort(connection.port));
  if (port !== connection.port) writeConnection(cluster.dir, { ...connection, port });
  const log = openSync(cluster.logFile, 'a', 0o600);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
  };
  const args = [
    '-D',
    cluster.dir,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const server = spawn(cluster.postgres, args, {
    ...cluster.user,
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  server.unref();
  const exited = { yes: false };
  server.once('error', () => (exited.yes = true));
  server.once('exit', () => (exited.yes = true));
  await untilListed(server, cluster.dir, exited);
}

async function untilListed(
  server: ChildProcess,
  dir: string,
  exited: { yes: boolean },
): Promise<void> {
  while (!exited.yes) {
    const running = runningServer(dir);
    if (running && (running.pid === server.pid || isAlive(running.pid))) return;
    await pause(10);
  }
  // Backends of a killed server hold its shared memory for a moment.
  await pause(200);
}

/** Stops the server of `dir`: fast shutdown, then an immediate one if that hangs. */
export async function stopServer(dir: string): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', 6000],
    ['SIGQUIT', 2000],
  ] as const) {
    const running = runningServer(dir);
    if (!running) return;
    process.kill(running.pid, signal);
    for (const began = Date.now(); Date.now() - began < patience && isAlive(running.pid); )
      await pause(20);
  }
}

/** Reads port and password of a database directory. Throws if its creation never completed. */
export function readConnection(dir: string): Connection {
  return JSON.parse(readFileSync(join(dir, CONNECTION_FILE), 'utf8')) as Connection;
}

/** Stores the port for the next start, so that connections saved in SQL clients keep working. */
export function writeConnection(dir: string, connection: Connection): void {
  const file = join(dir, CONNECTION_FILE);
  writeFileSync(`${file}.new`, JSON.stringify(connection), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * The server that runs on `dir`, or null. The pid file is not enough, since pids are reused: the
 * process must be alive and its command line must contain the directory.
 */
export function runningServer(dir: string): { pid: number; port: number } | null {
  let lines: string[];
  try {
    lines = readFileSync(join(dir, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return null;
  }
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 1 && port > 0 && isAlive(pid) && commandLine(pid).includes(dir)
    ? { pid, port }
    : null;
}

/** True if a process has this pid, whatever its user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch {
    return '';
  }
}

/** Finds a free port on loopback: `preferred`, or any. */
export function freePort(preferred = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (preferred === 0 ? reject(error) : resolve(freePort())));
    server.listen(preferred, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
