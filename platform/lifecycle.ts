import { CannotStart, InvalidRequest, WrongSettings } from './errors.ts';

export type OnClose = (name: string, close: () => Promise<unknown> | unknown) => void;
export interface Run {
  /** Registers what undoes the step just made; closers run in reverse. */
  onClose: OnClose;
  /** Resolves when the program is asked to end; a service waits for it, a command does not. */
  untilSignal: Promise<void>;
}

/** The closers together may take this long; what hangs longer is left to the end of the process. */
const CLOSE_MS = 7000;
/** One that hangs must not take the time of those after it, the database server last of all. */
const CLOSER_MS = 3000;
const IMPATIENT_MS = 1000;
/** How long a start that was interrupted may take to come to its own end before the closers run. */
const START_MS = 2000;

/**
 * Runs a command from its settings to its end: SIGTERM and SIGINT end it within ten seconds, closers in reverse order, and every
 * failure becomes a message and an exit code (0 ok, 1 failed, 2 wrong usage). A second signal, a second later, ends it at once.
 */
export async function runCommand(main: (run: Run) => Promise<number | undefined>): Promise<never> {
  const closers: { name: string; close: () => Promise<unknown> | unknown }[] = [];
  const untilSignal = new Promise<void>((asked) => {
    let first = 0;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        // npm passes on the signal that the terminal has sent us already; only a person is this slow.
        if (first > 0 && Date.now() - first > IMPATIENT_MS) process.exit(130);
        first ||= Date.now();
        asked();
      });
    }
  });
  let code = 0;
  try {
    const started = main({ onClose: (name, close) => closers.push({ name, close }), untilSignal });
    // A signal during a slow start must not wait for the start to finish.
    const abandoned = untilSignal.then(() => after(START_MS));
    code = (await Promise.race([started, abandoned])) ?? 0;
  } catch (error) {
    code = report(error);
  }
  const began = Date.now();
  for (const { name, close } of closers.reverse()) {
    const left = Math.max(500, Math.min(CLOSER_MS, CLOSE_MS - (Date.now() - began)));
    const failed = await Promise.race([
      attempt(close),
      after(left).then(() => `not done after ${left} ms`),
    ]);
    if (!failed) continue;
    process.stderr.write(`closing ${name}: ${failed}\n`);
    code ||= 1;
  }
  process.exit(code);
}

async function attempt(close: () => Promise<unknown> | unknown): Promise<string | undefined> {
  try {
    await close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined));
}

function report(error: unknown): number {
  if (error instanceof WrongSettings) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  const known = error instanceof CannotStart || error instanceof InvalidRequest;
  process.stderr.write(
    known ? `${error.message}\n` : `${(error as Error)?.stack ?? String(error)}\n`,
  );
  return 1;
}
