import type { Requests } from '../../ledger/requests.ts';
import type { Outcome } from '../../ledger/run.ts';
import type { RunWatch } from '../../ledger/run-watch.ts';
import type { ApiCache } from '../http/caching.ts';
import { withRequestTimeout } from '../http/request-timeout.ts';

/** Triggers an update and waits up to `ms` for its outcome. */
export type TriggerUpdate = (ms: number) => Promise<{ runId: string; outcome: Outcome }>;

/** Coalesces triggers: however many arrive at once, the ledger gets one request. */
export function updateTrigger(deps: {
  requests: Requests;
  runs: RunWatch;
  cache: ApiCache;
}): TriggerUpdate {
  const { requests, runs, cache } = deps;
  let filing: Promise<string> | undefined;
  return async (ms) => {
    filing ??= withRequestTimeout(requests.request()).finally(() => {
      filing = undefined;
    });
    const runId = await filing;
    const outcome = await runs.outcome(runId, ms);
    // A client that learns of new rates must find them, whichever notification came first.
    cache.clear();
    return { runId, outcome };
  };
}
