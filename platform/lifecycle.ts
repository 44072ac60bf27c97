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

/** Signals and their numbers; a shell expects 128 and the number as the exit code. */
const STOP_SIGNALS = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 } as const;
type StopSignal = keyof typeof STOP_SIGNALS;
/** All closers together; what hangs longer ends with the process. */
const CLOSE_MS = 7000;
/** One closer: it must not take the time of those after it, the database server last of all. */
const CLOSER_MS = 3000;
const IMPATIENT_MS = 1000;
/** Any code but 0. */
const INTERRUPTED = 1;
/** An interrupted start may take this long to end by itself before the closers run. */
const START_MS = 2000;

/**
 * Runs a command from its settings to its exit. SIGTERM, SIGINT and SIGHUP stop it within ten
 * seconds; a second signal, a second later, ends it at once. Every failure becomes a message and an
 * exit code: 0 ok, 1 failed, 2 wrong usage, 128 and more interrupted by a signal.
 *
 * @param isService a signal is how it ends: never a failure, whatever it interrupts
 */
export async function runCommand(
  main: (run: Run) => Promise<number | undefined>,
  { isService = false } = {},
): Promise<never> {
  const closers: { name: string; close: Close }[] = [];
  const whenStopped: (() => void)[] = [];
  const stop: { signal: StopSignal | null } = { signal: null };
  const untilSignal = nextSignal().then((signal) => {
    stop.signal = signal;
  });
  const start = async () =>
    main({
      onClose: (name, close) => closers.push({ name, close }),
      onStopped: (done) => whenStopped.push(done),
      untilSignal,
    });
  // A signal during a slow start must not wait for the start to finish.
  const abandoned = untilSignal.then(() => after(START_MS)).then(() => INTERRUPTED);
  // Work that a signal interrupts fails because of it, for example initdb on Ctrl-C.
  const failed = (err: unknown) => (stop.signal ? INTERRUPTED : report(err));
  let code = (await Promise.race([start(), abandoned]).catch(failed)) ?? 0;
  if (stop.signal && code !== 0) code = isService ? 0 : interrupted(stop.signal);
  const began = Date.now();
  for (const { name, close } of closers.reverse()) {
    const left = Math.max(500, Math.min(CLOSER_MS, CLOSE_MS - (Date.now() - began)));
    const late = `took longer than ${left / 1000} s, so it was not waited for`;
    const failure = await Promise.race([failureOf(close), after(left).then(() => late)]);
    // A command has printed its result by now: a slow close does not concern its user.
    if (failure === undefined || (failure === late && !stop.signal)) continue;
    process.stderr.write(`closing ${name}: ${failure}\n`);
    code ||= 1;
  }
  for (const done of whenStopped) done();
  process.exit(code);
}

function nextSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    let firstAt = 0;
    for (const [signal, number] of Object.entries(STOP_SIGNALS)) {
      process.on(signal, () => {
        // npm repeats the signal that the terminal has sent us already; a person is slower.
        if (firstAt > 0 && Date.now() - firstAt > IMPATIENT_MS) process.exit(128 + number);
        firstAt ||= Date.now();
        resolve(signal as StopSignal);
      });
    }
  });
}

/** Reports a command that a signal has ended before its work was done. Returns the exit code. */
function interrupted(signal: StopSignal): number {
  process.stderr.write(`interrupted: ${signal} came before the work was done\n`);
  return 128 + STOP_SIGNALS[signal];
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
