import { execFile, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** What a JVM that only serves tests does without. */
export const JAVA = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export interface ServerProcess {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  /** Asks it to end, and ends it after eight seconds. */
  stop(): Promise<void>;
}

/** Starts a Java server. A test run that is ended from outside takes its servers along. */
export function startJava(name: string, args: string[], cwd: string): ServerProcess {
  const child = spawn('java', args, { cwd, stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const onExit = () => child.kill('SIGKILL');
  process.once('exit', onExit);
  void exited.then(() => process.removeListener('exit', onExit));
  child.once('error', (error) => process.stderr.write(`${name}: ${error.message}\n`));
  return {
    pid: child.pid as number,
    kill: (signal) => void child.kill(signal),
    exited,
    stop: async () => {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      if (
        (await Promise.race([
          exited.then(() => 'gone'),
          pause(8000, 'still there', { ref: false }),
        ])) !== 'gone'
      )
        child.kill('SIGKILL');
      await exited;
    },
  };
}

export function java(
  args: string[],
  options: { env?: NodeJS.ProcessEnv } = {},
): Promise<{ stdout: string }> {
  return promisify(execFile)('java', [...JAVA, ...args], options);
}

/** Tries a probe until it succeeds, for three minutes at most: on a busy machine Java is slow. */
export async function waitUntilUp(what: string, probe: () => Promise<unknown>): Promise<void> {
  for (const began = Date.now(); ; ) {
    try {
      await probe();
      return;
    } catch (error) {
      if (Date.now() - began > 180_000)
        throw new Error(`${what} did not come up in three minutes`, { cause: error });
      await pause(100);
    }
  }
}
