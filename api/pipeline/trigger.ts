import type { Requests } from '../../ledger/requests.ts';
import type { Outcome } from '../../ledger/run.ts';
import type { RunWatch } from '../../ledger/run-watch.ts';
import type { ApiCache } from '../http/caching.ts';
import { withRequestTimeout } from '../http/request-timeout.ts';

/**
 * Requests a fetch run and waits for its outcome, at most `waitMs`: then it is `running`. Rejects
 * with 503 when the database does not respond in time.
 */
export type TriggerUpdate = (waitMs: number) => Promise<{ runId: string; outcome: Outcome }>;

/** Coalesces concurrent triggers: they share one request of the ledger and its run. */
export function updateTrigger(deps: {
  requests: Requests;
  runs: RunWatch;
  cache: ApiCache;
}): TriggerUpdate {
  const { requests, runs, cache } = deps;
  let pendingRunId: Promise<string> | undefined;
  return async (waitMs) => {
    pendingRunId ??= withRequestTimeout(requests.request()).finally(() => {
      pendingRunId = undefined;
    });
    const runId = await pendingRunId;
    const outcome = await runs.outcome(runId, waitMs);
    // The run can be known as done before the notification that clears the cache has arrived.
    cache.clear();
    return { runId, outcome };
  };
}
