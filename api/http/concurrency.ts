import { unavailable } from './problems.ts';

/** Large responses built at once: serializing them shares one thread with every other request. */
const PARALLEL = 2;
const MAX_WAIT_MS = 6000;

export type LimitConcurrency = <T>(work: () => Promise<T>) => Promise<T>;

/** Back-pressure for expensive requests: runs few at once, queues the rest, then answers 503. */
export function limitConcurrency(parallel = PARALLEL, maxWaitMs = MAX_WAIT_MS): LimitConcurrency {
  const waiting = new Set<() => void>();
  let running = 0;
  const acquire = () =>
    new Promise<void>((resolve, reject) => {
      if (running < parallel) {
        running++;
        return resolve();
      }
      const start = () => {
        clearTimeout(timer);
        waiting.delete(start);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(start);
        reject(unavailable('too many large requests at once; retry in a few seconds'));
      }, maxWaitMs);
      waiting.add(start);
    });
  return async (work) => {
    await acquire();
    try {
      return await work();
    } finally {
      const [next] = waiting;
      if (next) next();
      else running--;
    }
  };
}
