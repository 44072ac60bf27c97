import type { Command } from 'commander';
import { type Config, readConfig } from '../platform/config.ts';
import { armFailpoint } from '../platform/failpoint.ts';
import { type Run, runCommand } from '../platform/lifecycle.ts';
import { makeLogger } from '../platform/logger.ts';
import { openNotifications } from '../platform/notifications.ts';
import { defineCommand } from './command-line.ts';
import type { AppContext, ServiceContext } from './context.ts';
import { joinPostgres, requirePostgres } from './postgres.ts';

/**
 * Runs a service until it is stopped: reads settings, calls `check`, joins Postgres, calls `start`.
 * A sentence that `start` returns is logged once everything is up.
 */
export function runService(
  name: string,
  description: string,
  start: (context: ServiceContext) => Promise<unknown>,
  check: (config: Config) => Promise<void> = async () => {},
): Promise<never> {
  defineCommand(name, description).parse();
  const main = async (run: Run) => {
    const context = openContext(run, {});
    const { log, onClose } = context;
    let giveUp: (reason: Error) => void = () => {};
    const gaveUp = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    void run.untilSignal.then(() => {
      log.info('shutting down');
      run.onStopped(() => log.info('stopped'));
    });
    await check(context.config);
    const url = await joinPostgres(context);
    const notifications = openNotifications({ url, log });
    onClose('notifications', () => notifications.stop());
    const started = await Promise.race([start({ ...context, url, notifications, giveUp }), gaveUp]);
    log.info(typeof started === 'string' ? started : `${name} started`);
    await Promise.race([run.untilSignal, gaveUp]);
    return 0;
  };
  return runCommand(main, { isService: true });
}

/** A command that ends by itself: its result goes to stdout, everything else to stderr. */
export interface Task extends AppContext {
  quiet: boolean;
  json: boolean;
  print: (line: string) => void;
}

/** A task that joins Postgres itself, if at all. */
export type LocalTask = Omit<Task, 'url'>;

/** Runs a command that prints a result, with Postgres available. Resolves to the exit code. */
export function runTask(command: Command, work: (task: Task) => Promise<number>): Promise<never> {
  return runLocalTask(command, async (task) => {
    const url = await joinPostgres(task);
    return requirePostgres(url, () => work({ ...task, url }));
  });
}

/** Runs a command that prints a result without Postgres. */
export function runLocalTask(
  command: Command,
  work: (task: LocalTask) => Promise<number>,
): Promise<never> {
  // A command may have verbs, and the options may stand before or after the verb.
  const verbs = [command, ...command.commands];
  for (const verb of verbs)
    verb
      .option('--json', 'print the result as JSON')
      .option('--quiet', 'print nothing but the result');
  command.parse();
  const isGiven = (name: string) => verbs.some((verb) => verb.getOptionValue(name) === true);
  const [json, quiet] = [isGiven('json'), isGiven('quiet')];
  // `| head` closes the pipe early; that is not a failure.
  process.stdout.on('error', () => {});
  return runCommand((run) =>
    work({
      ...openContext(run, { to: 'stderr', ...(quiet && { level: 'error' }) }),
      quiet,
      json,
      print: (text) => void process.stdout.write(`${text}\n`),
    }),
  );
}

function openContext(
  { onClose, untilSignal }: Run,
  logging: { to?: 'stderr'; level?: string },
): Omit<AppContext, 'url'> {
  const config = readConfig();
  armFailpoint(config.FX_FAILPOINT);
  const shutdown = new AbortController();
  void untilSignal.then(() => shutdown.abort());
  const log = makeLogger({ level: config.LOG_LEVEL, ...logging });
  return { config, log, onClose, signal: shutdown.signal };
}
