import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerUser } from './binaries.ts';

/** A database directory on disk, and how to start and reach its server. */
export interface Cluster {
  readonly dir: string;
  readonly logFile: string;
  readonly postgres: string;
  readonly user: ServerUser;
}

/** How to reach the server of a database directory; kept in that directory, readable by its owner only. */
export interface Connection {
  port: number;
  password: string;
}
const CONNECTION_FILE = 'fx-connection.json';

/** Starts the server in a process group of its own, so that Ctrl-C reaches us and not it, and waits until it is up or gone. */
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
  // Backends of a killed server hold its shared memory for a moment; another start may also have been quicker.
  await pause(200);
}

/** Ends the server of `dir` if one runs: a fast shutdown first, an immediate one (recovered at the next start) if that hangs. */
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

/** Where the server of a database directory listens, and its password. Throws when it was never made whole. */
export function readConnection(dir: string): Connection {
  return JSON.parse(readFileSync(join(dir, CONNECTION_FILE), 'utf8')) as Connection;
}

/** Keeps the port for the next start, so that an analyst's saved connection goes on working. */
export function writeConnection(dir: string, connection: Connection): void {
  const file = join(dir, CONNECTION_FILE);
  writeFileSync(`${file}.new`, JSON.stringify(connection), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * The server that runs on `dir`, or null. The pid file alone is not believed: the process must live and its command
 * line must name this very directory, since pids are used again and a signal sent on the file's word may hit a stranger.
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

/** Whether there is such a process, of whatever user. */
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

/** A port on loopback that nobody listens on, `preferred` if it is free. */
export function freePort(preferred = 0): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once('error', (error) => (preferred === 0 ? failed(error) : found(freePort())));
    server.listen(preferred, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}
