import type { Requests } from '../../ledger/requests.ts';
import type { Outcome } from '../../ledger/run.ts';
import type { RunWatch } from '../../ledger/run-watch.ts';
import type { ReadyAnswers } from '../http/caching.ts';
import { inTime } from '../http/request-timeout.ts';

/** Has rates pulled, and tells the run and what came of it within `ms`. However many ask at once, the ledger is asked once. */
export type PullNow = (ms: number) => Promise<{ runId: string; outcome: Outcome }>;

/** See `PullNow`. */
export function pullNow({
  requests,
  runs,
  ready,
}: {
  requests: Requests;
  runs: RunWatch;
  ready: ReadyAnswers;
}): PullNow {
  let filing: Promise<string> | undefined;
  return async (ms) => {
    filing ??= inTime(requests.request()).finally(() => {
      filing = undefined;
    });
    const runId = await filing;
    const outcome = await runs.outcome(runId, ms);
    // Who was told that the rates are there must find them, whichever notification was quicker.
    ready.drop();
    return { runId, outcome };
  };
}
