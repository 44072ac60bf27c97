import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import { freePort } from '../../platform/embedded-postgres/server.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export interface Command {
  readonly pid: number;
  readonly output: () => string;
  /** Resolves with the exit code, or null after a signal. */
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Runs a command as npm does, but sees nothing of the surrounding environment. */
export function command(
  name: string,
  settings: Record<string, string> = {},
  args: string[] = [],
): Command {
  const [, ...words] = (scripts[name] ?? '').split(' ');
  return run(process.execPath, [...words, ...args], settings);
}

/** Any file of ours as a process of its own. */
export function script(file: string, settings: Record<string, string>, args: string[]): Command {
  return run(
    process.execPath,
    ['--require', './bin/check-node.cjs', '--import', './bin/typescript.mjs', file, ...args],
    settings,
  );
}

/** Runs a command on a terminal, by util-linux' `script`; it shows both outputs. */
export function onTerminal(
  name: string,
  settings: Record<string, string>,
  args: string[],
): Command {
  const line = [
    process.execPath,
    '--require',
    './bin/check-node.cjs',
    '--import',
    './bin/typescript.mjs',
    `bin/${name}.ts`,
    ...args,
  ];
  return run('script', ['-qefc', line.map((word) => `'${word}'`).join(' '), '/dev/null'], settings);
}

/** The same the way a person does it. */
export function npmRun(script: string, settings: Record<string, string> = {}): Command {
  return run('npm', ['run', script], settings);
}

/** Any program, in the folder of the project. */
export function run(program: string, args: string[], settings: Record<string, string>): Command {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    TZ: process.env['TZ'] ?? '',
    ...settings,
  };
  const child: ChildProcess = spawn(program, args, {
    cwd: PROJECT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const onExit = () => child.kill('SIGKILL');
  process.once('exit', onExit);
  void exited.then(() => process.removeListener('exit', onExit));
  return {
    pid: child.pid as number,
    output: () => output,
    exited,
    kill: (signal) => void child.kill(signal),
  };
}

/** A temporary DATA_DIR; `remove` also kills a server that still runs on it. */
export function dataDir(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'fx-data-'));
  return {
    dir,
    remove: () => {
      const pid = postgresPid(dir);
      if (pid) process.kill(pid, 'SIGKILL');
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The pid of the server that lives on this data directory, or null. */
export function postgresPid(dir: string): number | null {
  try {
    const pid = Number(readFileSync(join(dir, 'pg/postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
}

export interface OldRate {
  id: number;
  timestamp: string;
  currency_from: string;
  USD_to_currency_rate: number;
  currency_to_USD_rate: number;
  currency_to: string;
}

/** GET that never throws for a status; null without a response. */
export async function get<T>(
  url: string,
): Promise<{ status: number; data: T; text: string } | null> {
  try {
    const { status, data } = await axios.get<string>(url, {
      validateStatus: () => true,
      transformResponse: (text) => text,
      timeout: 5000,
    });
    let parsed: unknown;
    try {
      parsed = JSON.parse(data);
    } catch {
      parsed = undefined;
    }
    return { status, data: parsed as T, text: data };
  } catch {
    return null;
  }
}

export { freePort };
