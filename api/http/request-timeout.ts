import { setTimeout as pause } from 'node:timers/promises';
import { unavailable } from './problems.ts';

/** A person waits for it: with a database that has fallen silent, this and no longer. */
const DEADLINE_MS = 2500;

/** What `work` comes to, or 503 when it takes longer than a person waits. The work itself is not stopped. */
export async function inTime<T>(work: PromiseLike<T>, ms = DEADLINE_MS): Promise<T> {
  const over = new AbortController();
  const late = pause(ms, undefined, { signal: over.signal }).then(
    () =>
      Promise.reject(
        unavailable(
          `the database did not answer within ${ms / 1000} s; try again in a few seconds`,
        ),
      ),
    // Stopped: the work was done in time.
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
