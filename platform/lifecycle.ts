import { CannotStart, InvalidRequest, WrongSettings } from './errors.ts';

type Close = () => Promise<unknown> | unknown;
/** Registers what undoes the step just made; closers run in reverse order. */
export type OnClose = (name: string, close: Close) => void;
export interface Run {
  onClose: OnClose;
  /** Registers what to do when all closers have run, such as logging `stopped`. */
  onStopped: (done: () => void) => void;
  /** Resolves on a signal to stop; a service waits for it, a command does not. */
  untilSignal: Promise<void>;
}

/** SIGHUP: the terminal was closed. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** All closers together; what hangs longer ends with the process. */
const CLOSE_MS = 7000;
/** One closer: it must not take the time of those after it, the database server last of all. */
const CLOSER_MS = 3000;
const IMPATIENT_MS = 1000;
/** An interrupted start may take this long to end by itself before the closers run. */
const START_MS = 2000;

/**
 * Runs a command from its settings to its exit. SIGTERM, SIGINT and SIGHUP stop it within ten
 * seconds; a second signal, a second later, ends it at once. Every failure becomes a message and an
 * exit code: 0 ok, 1 failed, 2 wrong usage.
 */
export async function runCommand(main: (run: Run) => Promise<number | undefined>): Promise<never> {
  const closers: { name: string; close: Close }[] = [];
  const whenStopped: (() => void)[] = [];
  const untilSignal = signalled();
  let isStopping = false;
  void untilSignal.then(() => {
    isStopping = true;
  });
  let code = 0;
  try {
    const started = main({
      onClose: (name, close) => closers.push({ name, close }),
      onStopped: (done) => whenStopped.push(done),
      untilSignal,
    });
    // A signal during a slow start must not wait for the start to finish.
    const abandoned = untilSignal.then(() => after(START_MS));
    code = (await Promise.race([started, abandoned])) ?? 0;
  } catch (err) {
    // What the signal has interrupted fails by it, such as initdb on Ctrl-C.
    if (!isStopping) code = report(err);
  }
  const began = Date.now();
  for (const { name, close } of closers.reverse()) {
    const left = Math.max(500, Math.min(CLOSER_MS, CLOSE_MS - (Date.now() - began)));
    const late = `took longer than ${left / 1000} s, so it was not waited for`;
    const failure = await Promise.race([failureOf(close), after(left).then(() => late)]);
    // A command has printed its result: that the machine is busy is nothing to its user.
    if (failure === undefined || (failure === late && !isStopping)) continue;
    process.stderr.write(`closing ${name}: ${failure}\n`);
    code ||= 1;
  }
  for (const done of whenStopped) done();
  process.exit(code);
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt = 0;
    for (const signal of STOP_SIGNALS) {
      process.on(signal, () => {
        // npm repeats the signal that the terminal has sent us already; a person is slower.
        if (firstAt > 0 && Date.now() - firstAt > IMPATIENT_MS) process.exit(130);
        firstAt ||= Date.now();
        resolve();
      });
    }
  });
}

async function failureOf(close: Close): Promise<string | undefined> {
  try {
    await close();
    return undefined;
  } catch (err) {
    return (err as Error).stack ?? String(err);
  }
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined));
}

function report(err: unknown): number {
  if (err instanceof WrongSettings) {
    process.stderr.write(`${err.message}\n`);
    return 2;
  }
  const isKnown = err instanceof CannotStart || err instanceof InvalidRequest;
  process.stderr.write(isKnown ? `${err.message}\n` : `${(err as Error)?.stack ?? String(err)}\n`);
  return 1;
}
