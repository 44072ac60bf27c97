import { backOff, bugLimit, waitMs } from './back-off.ts';
import type { Logger } from './logger.ts';
import { openOutageLog } from './outage-log.ts';

export interface WakeLoopOptions {
  /** Appears in log lines: `Postgres is unavailable, <name> retries`. */
  name: string;
  /** What happens while passes fail, for the log: `rates stay in the ledger`. */
  meanwhile?: string;
  /**
   * One pass over everything that is due. Returns the milliseconds until the next pass is needed,
   * or null when only a wake-up or the poll should start it. Rejecting means: back off and retry.
   */
  work: (signal: AbortSignal) => Promise<number | null>;
  /** Fallback for wake-ups that were lost: a pass starts at least this often. */
  pollMs: number;
  /** Wait after a failed pass: doubles from `firstMs` to `longestMs`, with jitter. */
  retry?: { firstMs: number; longestMs: number };
  /** Called after each failed pass, and once with null when one succeeds again. */
  onFailure?: (error: unknown) => void;
  /** Called when ten passes in a row have failed by a bug; the loop has ended then. */
  onGiveUp: (reason: Error) => void;
  log: Logger;
}

export interface WakeLoop {
  /** Starts a pass now, or one more right after the pass in progress. */
  wake(): void;
  /** Aborts the signal and waits for the pass in progress. */
  stop(): Promise<void>;
}

/**
 * Runs `work` whenever it is woken, never two passes at once, and at least every `pollMs`.
 * Timers and notifications only wake it; what is due is for `work` to find out (see ADR 0004).
 * The first pass starts at once.
 */
export function startWakeLoop(options: WakeLoopOptions): WakeLoop {
  const { work, pollMs, onFailure, onGiveUp } = options;
  const { firstMs, longestMs } = options.retry ?? { firstMs: 500, longestMs: 5000 };
  const stopping = new AbortController();
  const retry = backOff({ first: firstMs, longest: longestMs });
  const outage = openOutageLog(options);
  const bugs = bugLimit(options);
  let isWoken = true;
  let wakeSleeper = () => {};

  async function run(): Promise<void> {
    let isFailing = false;
    while (!stopping.signal.aborted) {
      isWoken = false;
      try {
        const nextMs = await work(stopping.signal);
        if (isFailing) onFailure?.(null);
        isFailing = false;
        outage.recovered();
        retry.reset();
        bugs.succeeded();
        await sleep(Math.min(nextMs ?? pollMs, pollMs));
      } catch (err) {
        if (stopping.signal.aborted) break;
        const ms = retry.nextMs();
        outage.failed(err, ms);
        isFailing = true;
        onFailure?.(err);
        const reason = bugs.failed(err);
        if (reason) return onGiveUp(reason);
        await waitMs(ms, stopping.signal);
      }
    }
  }

  async function sleep(ms: number): Promise<void> {
    if (isWoken || stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeSleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  const running = run();
  return {
    wake: () => {
      isWoken = true;
      wakeSleeper();
    },
    stop: async () => {
      stopping.abort();
      wakeSleeper();
      await running;
    },
  };
}
