import { setTimeout as pause } from 'node:timers/promises';
import { unavailable } from './problems.ts';

/** A person waits: with an unresponsive database this long and no longer. */
const TIMEOUT_MS = 2500;

/** Resolves with the work's result, or rejects with 503 after `ms`. The work itself goes on. */
export async function withRequestTimeout<T>(work: PromiseLike<T>, ms = TIMEOUT_MS): Promise<T> {
  const timer = new AbortController();
  const timeout = pause(ms, undefined, { signal: timer.signal }).then(
    () => {
      throw unavailable(`the database did not answer within ${ms / 1000} s; retry in a moment`);
    },
    // Aborted: the work was done in time.
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work, timeout]);
  } finally {
    timer.abort();
  }
}
