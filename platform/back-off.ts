import { setTimeout as pause } from 'node:timers/promises';
import { classify } from './faults.ts';
import type { Logger } from './logger.ts';
import { openOutageLog } from './outage-log.ts';

export interface BackOff {
  /** Milliseconds to wait before the next attempt, longer each time. */
  nextMs(): number;
  /** Waits before the next attempt, longer each time; ends at once when `signal` aborts. */
  wait(signal?: AbortSignal): Promise<void>;
  /** Starts over with the shortest wait, after a success. */
  reset(): void;
}

/**
 * Exponential back-off: waits double from `first` to `longest` milliseconds, with jitter so that
 * replicas do not retry at the same moment.
 */
export function backOff({ first = 100, longest = 10_000 } = {}): BackOff {
  let base = first;
  const nextMs = () => {
    const ms = base * (0.5 + Math.random());
    base = Math.min(base * 2, longest);
    return ms;
  };
  return {
    nextMs,
    wait: (signal) => waitMs(nextMs(), signal),
    reset: () => {
      base = first;
    },
  };
}

/** Waits `ms` milliseconds; ends at once when `signal` aborts. */
export async function waitMs(ms: number, signal?: AbortSignal): Promise<void> {
  await pause(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
}

/** Failures in a row that are no outage: more retries will not help. */
const MAX_BUGS = 10;

/** Counts failures in a row; `failed` returns the error to give up with once ten were no outage. */
export function bugLimit({ name, log }: { name: string; log: Logger }) {
  let bugs = 0;
  return {
    failed: (err: unknown): Error | null => {
      if (classify(err) !== 'outage') bugs++;
      if (bugs < MAX_BUGS) return null;
      log.error({ err }, `${name} failed ${bugs} times by no outage, giving up`);
      return err as Error;
    },
    succeeded: () => {
      bugs = 0;
    },
  };
}

export interface RetryOptions {
  log: Logger;
  /** Ends the retries. */
  signal: AbortSignal;
  /** Returns the error to throw when retrying cannot help, else null. Default: all but outages. */
  fatal?: (err: unknown) => Error | null;
  /** What happens until it works, for the log. */
  meanwhile?: string;
}

/**
 * Retries `work` with back-off until it succeeds, logging one line when that begins and one when it
 * is over. Returns undefined when `signal` aborts; throws what `fatal` returns: a bug is never
 * retried for ever.
 */
export async function retryUntilDone<T>(
  name: string,
  work: () => Promise<T>,
  { log, signal, fatal = unlessOutage, meanwhile }: RetryOptions,
): Promise<T | undefined> {
  const retry = backOff({ first: 300 });
  const outage = openOutageLog({ name, log, ...(meanwhile && { meanwhile }) });
  while (!signal.aborted) {
    try {
      const result = await work();
      outage.recovered();
      return result;
    } catch (err) {
      const reason = fatal(err);
      if (reason) throw reason;
      const ms = retry.nextMs();
      outage.failed(err, ms);
      await waitMs(ms, signal);
    }
  }
  return undefined;
}

/** The error when it is no outage: a retry cannot help. */
export function unlessOutage(err: unknown): Error | null {
  return classify(err) === 'outage' ? null : (err as Error);
}
