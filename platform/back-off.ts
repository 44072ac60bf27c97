import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from './logger.ts';

/** Waits that double from `first` to `longest` ms with jitter, so that replicas do not knock at the same moment. */
export function backOff({ first = 100, longest = 10_000 } = {}) {
  let next = first;
  return {
    /** Waits longer each time; ends at once when `signal` aborts. */
    wait: async (signal?: AbortSignal): Promise<void> => {
      const ms = next * (0.5 + Math.random());
      next = Math.min(next * 2, longest);
      await pause(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
    },
    /** Starts over: what was waited for has succeeded. */
    reset: () => {
      next = first;
    },
  };
}

/** Does `work` until it succeeds, with back-off, saying each time what is in the way. Gives up, undefined, when `signal` aborts. */
export async function untilDone<T>(
  what: string,
  work: () => Promise<T>,
  {
    log,
    signal,
    hopeless,
  }: { log: Logger; signal: AbortSignal; hopeless?: (error: unknown) => Error | null },
): Promise<T | undefined> {
  const retry = backOff({ first: 300 });
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      const reason = hopeless?.(error);
      if (reason) throw reason;
      log.warn(
        { error: (error as Error).message || String((error as { code?: string }).code) },
        `${what}: not possible yet, trying again`,
      );
      await retry.wait(signal);
    }
  }
  return undefined;
}
