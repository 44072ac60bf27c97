import { hostname } from 'node:os';
import { latestSlot, nextSlot, slotsBetween } from '../ledger/schedule.ts';
import type { ServiceHealth } from '../platform/health.ts';
import type { Notifications } from '../platform/notifications.ts';
import { keepAccount } from './account.ts';
import { type CatchUp, fileDueSlots } from './catch-up.ts';
import { lookIntoPublished } from './published-runs.ts';
import { type PullDeps, pullRates } from './pull-rates.ts';
import { slotTimer } from './slot-timer.ts';

export interface ProducerDeps extends PullDeps, CatchUp {
  /** The group that makes rows of the events. */
  group: string;
  notifications: Notifications;
  /** Work on backfills alone: slots and requests are left to the producers that run for good. */
  backfillOnly?: boolean;
  /** Called before each look into the ledger. */
  onLook?: () => Promise<void>;
}
export interface Producer {
  health(): Promise<ServiceHealth>;
  stop(): Promise<void>;
}

const TICK_MS = 30_000;
const AFTER_TROUBLE_MS = 5000;
const SOONEST_MS = 200;
/** No budget pays for more slots than these in a day. */
const SLOTS_COUNTED = 10_000;

/**
 * Starts the scheduler. The cron timer, a tick, a notification from the API or from the consumer: all of them only wake
 * `reconcile`, which looks into the ledger for what is due. Nothing in memory decides that XE is asked.
 */
export function startProducer(deps: ProducerDeps): Producer {
  const { ledger, log, backfillOnly = false } = deps;
  const me = `${hostname()}/${process.pid}`;
  let trouble: string | null = null;
  const stopping = new AbortController();
  let awake: Promise<void> | null = null;
  let again = false;
  let soon: NodeJS.Timeout | undefined;
  let account = Promise.resolve();

  function wake(): void {
    again = true;
    awake ??= work().finally(() => {
      awake = null;
    });
  }
  async function work(): Promise<void> {
    while (again && !stopping.signal.aborted) {
      again = false;
      try {
        await reconcile();
        trouble = null;
        const ms = await ledger.msToNext();
        if (ms !== null) wakeIn(Math.max(SOONEST_MS, ms));
      } catch (error) {
        trouble = `producer: ${(error as Error).message}`;
        log.error(
          { error: (error as Error).message },
          'the ledger cannot be worked on; trying again',
        );
        wakeIn(AFTER_TROUBLE_MS);
      }
    }
  }
  function wakeIn(ms: number): void {
    clearTimeout(soon);
    if (!stopping.signal.aborted && ms < TICK_MS) soon = setTimeout(wake, ms);
  }
  async function reconcile(): Promise<void> {
    await deps.onLook?.();
    // Each run once: runs that fail slowly would else take turns, and nobody would file the slots that fall due meanwhile.
    const seen: string[] = [];
    while (!stopping.signal.aborted) {
      if (!backfillOnly) await fileDueSlots(ledger, deps);
      await ledger.confirm();
      await lookIntoPublished(deps);
      const slotsLeft = await slotsLeftToday();
      const run = await ledger.claim({ by: me, seen, backfillOnly, slotsLeft });
      if (!run) break;
      seen.push(run.run_id);
      const answered = await pullRates(deps, run, { stopping: stopping.signal, slotsLeft });
      // On the side: nobody whose rates are there waits for what XE says of the account.
      if (answered) account = account.then(() => keepAccount(deps, answered, stopping.signal));
    }
  }

  /** Slots between now and the end of the UTC day, in which the budget is counted. */
  async function slotsLeftToday(): Promise<number> {
    const { now } = await ledger.highWaterMark();
    const lastInstant = `${now.slice(0, 10)}T23:59:59.999Z`;
    return slotsBetween(deps.schedule, now, lastInstant, SLOTS_COUNTED).length;
  }

  const timer = slotTimer(deps.schedule, wake);
  const tick = setInterval(wake, TICK_MS);
  const unsubscribe = (['runs', 'rates'] as const).map((channel) =>
    deps.notifications.subscribe(channel, { onNotify: wake, onConnect: wake }),
  );
  wake();
  return {
    health: async () => {
      const { now } = await ledger.highWaterMark();
      const sentence = trouble ?? (await ledger.trouble());
      return {
        trouble: sentence,
        code: sentence === null ? null : 'bug',
        next_slot: nextSlot(deps.schedule, now),
        last_slot: latestSlot(deps.schedule, now),
      };
    },
    stop: async () => {
      stopping.abort();
      timer.stop();
      clearInterval(tick);
      clearTimeout(soon);
      for (const end of unsubscribe) end();
      await awake;
      await account;
    },
  };
}
