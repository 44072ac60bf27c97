/**
 * Rejects, as an outage, if `promise` has not settled after `ms`: some libraries wait for ever. The
 * work itself is not cancelled.
 */
export async function withinDeadline<T>(what: string, ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`${what}: no answer within ${ms / 1000} s`);
    timer = setTimeout(() => reject(Object.assign(error, { code: 'ETIMEDOUT' })), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A signal that aborts after `ms` or with `stopping`, and a function that clears its timer. Not
 * `AbortSignal.any` with `AbortSignal.timeout`: Node 20 may garbage-collect that timeout early.
 */
export function deadlineSignal(
  ms: number,
  stopping: AbortSignal,
): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, ms);
  stopping.addEventListener('abort', abort, { once: true });
  if (stopping.aborted) abort();
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
      stopping.removeEventListener('abort', abort);
    },
  };
}
