import type { Notifications } from '../platform/notifications.ts';
import { type Outcome, outcomeOf, type Run } from './run.ts';

/** A notification that got lost costs a waiter at most this. */
const POLL_MS = 1000;

export interface RunWatch {
  /**
   * How the run has ended, or that it is still running after `ms`. However many wait for one run,
   * it is looked up once.
   */
  outcome(runId: string, ms: number): Promise<Outcome>;
  stop(): void;
}

/** Waits for runs on behalf of people: woken by the ledger's notifications, certain by looking. */
export function watchRuns({
  notifications,
  find,
}: {
  notifications: Notifications;
  find: (runId: string) => Promise<Run | null>;
}): RunWatch {
  const sleepers = new Map<string, () => void>();
  const followed = new Map<string, Promise<Outcome>>();
  const unsubscribe = notifications.subscribe('runs', {
    onNotify: (runId) => sleepers.get(runId)?.(),
    onConnect: () => {
      for (const wake of sleepers.values()) wake();
    },
  });

  async function follow(runId: string, end: number): Promise<Outcome> {
    for (;;) {
      let noticed = () => {};
      const notice = new Promise<void>((resolve) => {
        noticed = resolve;
      });
      // Set before the look, so that a change right after it is not slept through.
      sleepers.set(runId, noticed);
      const run = await find(runId);
      const outcome: Outcome = run
        ? outcomeOf(run)
        : { state: 'refused', detail: `there is no run ${runId}` };
      const left = end - Date.now();
      if (outcome.state !== 'running' || left <= 0) return outcome;
      const timer = setTimeout(noticed, Math.min(POLL_MS, left));
      await notice;
      clearTimeout(timer);
    }
  }
  return {
    outcome: async (runId, ms) => {
      const end = Date.now() + ms;
      for (;;) {
        let following = followed.get(runId);
        if (!following) {
          following = follow(runId, end).finally(() => {
            followed.delete(runId);
            sleepers.delete(runId);
          });
          followed.set(runId, following);
        }
        const outcome = await following;
        if (outcome.state !== 'running' || Date.now() >= end) return outcome;
      }
    },
    stop: unsubscribe,
  };
}
