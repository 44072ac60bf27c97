// @ts-check

/**
 * `AbortSignal.any` for browsers without it (Chrome 109, Firefox ESR 115, Safari before 17.4):
 * aborts as soon as one of the signals does.
 * @param {readonly AbortSignal[]} signals
 * @returns {AbortSignal}
 */
export function anySignal(signals) {
  const controller = new AbortController();
  for (const signal of signals) {
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true, signal: controller.signal });
  }
  return controller.signal;
}

/** `AbortSignal.timeout` for browsers without it. @param {number} ms */
export function timeoutSignal(ms) {
  const controller = new AbortController();
  const reason = new DOMException('The request timed out.', 'TimeoutError');
  setTimeout(() => controller.abort(reason), ms);
  return controller.signal;
}
