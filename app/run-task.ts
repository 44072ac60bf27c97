import type { Command } from 'commander';
import { readConfig } from '../platform/config.ts';
import { armFailpoint } from '../platform/failpoint.ts';
import { runCommand } from '../platform/lifecycle.ts';
import { makeLogger } from '../platform/logger.ts';
import { type Parts, postgresPart } from './parts.ts';
import { withinReach } from './within-reach.ts';

/** What a command that ends by itself works with; its result goes to stdout, everything else to stderr. */
export interface Task extends Parts {
  quiet: boolean;
  json: boolean;
  print: (line: string) => void;
}

/** The same for work that may do without Postgres. */
export type LocalTask = Omit<Task, 'url'>;

/** Runs a command that prints a result: the settings, Postgres for its duration, the work, and its exit code. */
export function runTask(line: Command, work: (task: Task) => Promise<number>): Promise<never> {
  return runLocalTask(line, async (task) => {
    const url = await postgresPart(task);
    return withinReach(url, () => work({ ...task, url }));
  });
}

/** Runs a command that prints a result and calls for Postgres itself, where it needs it. */
export function runLocalTask(
  line: Command,
  work: (task: LocalTask) => Promise<number>,
): Promise<never> {
  line
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'print nothing but the result')
    .parse();
  const { json = false, quiet = false } = line.opts<{ json?: boolean; quiet?: boolean }>();
  // Who reads only the first lines (`| head`) has closed the pipe: the rest is for nobody.
  process.stdout.on('error', () => {});
  return runCommand(async ({ onClose, untilSignal }) => {
    const config = readConfig();
    armFailpoint(config.FX_FAILPOINT);
    const log = makeLogger({ level: quiet ? 'error' : config.LOG_LEVEL, to: 'stderr' });
    const ending = new AbortController();
    void untilSignal.then(() => ending.abort());
    return work({
      config,
      log,
      onClose,
      signal: ending.signal,
      quiet,
      json,
      print: (text) => void process.stdout.write(`${text}\n`),
    });
  });
}
