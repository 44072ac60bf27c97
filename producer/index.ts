import { hostname } from 'node:os';
import schedule from 'node-schedule';
import type { FiledSlot, Ledger } from '../ledger/ledger.ts';
import type { ServiceHealth } from '../platform/heartbeat.ts';
import { listen } from '../platform/listen.ts';
import { type PullDeps, pullRates } from './pull-rates.ts';
import { latestSlot, nextSlot, type Schedule, slotsBetween } from './schedule.ts';

export interface ProducerDeps extends PullDeps {
  schedule: Schedule;
  databaseUrl: string;
}
export interface Producer {
  health(): Promise<ServiceHealth>;
  stop(): Promise<void>;
}

const TICK_MS = 30_000;
const AFTER_TROUBLE_MS = 5000;
const SOONEST_MS = 200;
/** Later than this after its time a slot is caught up with rather than on schedule. */
const LATE_MS = 60_000;
/** Slots are filed one by one for this long back; what was missed before is told in one row. */
const FILED_BACK_MS = 7 * 86_400_000;
const NEVER = 'missed: no producer was running when it was due, and a later slot runs instead';

/**
 * Starts the scheduler. The cron timer, a tick, a notification from the API or from the consumer: all of them only wake
 * `reconcile`, which looks into the ledger for what is due. Nothing in memory decides that XE is asked.
 */
export function startProducer(deps: ProducerDeps): Producer {
  const { ledger, log } = deps;
  const me = `${hostname()}/${process.pid}`;
  let trouble: string | null = null;
  const stopping = new AbortController();
  let awake: Promise<void> | null = null;
  let again = false;
  let soon: NodeJS.Timeout | undefined;

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
        log.error({ error: (error as Error).message }, 'the ledger cannot be worked on; trying again');
        wakeIn(AFTER_TROUBLE_MS);
      }
    }
  }
  function wakeIn(ms: number): void {
    clearTimeout(soon);
    if (!stopping.signal.aborted && ms < TICK_MS) soon = setTimeout(wake, ms);
  }
  async function reconcile(): Promise<void> {
    // Each run once: runs that fail slowly would else take turns, and nobody would file the slots that fall due meanwhile.
    const seen: string[] = [];
    while (!stopping.signal.aborted) {
      await fileDueSlots(ledger, deps.schedule);
      await ledger.confirm();
      const run = await ledger.claim(me, seen);
      if (!run) break;
      seen.push(run.run_id);
      await pullRates(deps, run, stopping.signal);
    }
  }

  const timer = schedule.scheduleJob({ rule: deps.schedule.cron, tz: deps.schedule.zone }, wake);
  const tick = setInterval(wake, TICK_MS);
  const listening = listen({ url: deps.databaseUrl, on: { runs: wake, rates: wake }, onConnect: wake, log });
  wake();
  return {
    health: async () => {
      const { now } = await ledger.highWaterMark();
      return {
        trouble: trouble ?? (await ledger.trouble()),
        next_slot: nextSlot(deps.schedule, now),
        last_slot: latestSlot(deps.schedule, now),
      };
    },
    stop: async () => {
      stopping.abort();
      timer?.cancel();
      clearInterval(tick);
      clearTimeout(soon);
      await listening.stop();
      await awake;
    },
  };
}

/** Files every slot since the newest that the ledger knows. An empty ledger owes the latest slot and no other. */
async function fileDueSlots(ledger: Ledger, plan: Schedule): Promise<void> {
  const { now, newest } = await ledger.highWaterMark();
  await ledger.fileSlots(newest ? missedSlots(plan, newest, now) : [dueSlot(latestSlot(plan, now), now)]);
}

/** The latest slot is to be run, those before it are skipped; an absence of weeks becomes one row that says from when to when. */
function missedSlots(plan: Schedule, newest: string, now: string): FiledSlot[] {
  const horizon = new Date(Date.parse(now) - FILED_BACK_MS).toISOString();
  const first = nextSlot(plan, newest);
  const long: FiledSlot[] =
    first < horizon
      ? [{ slot: first, trigger: 'catch-up', skipped: `missed: no producer was running from ${first} to ${horizon}` }]
      : [];
  const slots = slotsBetween(plan, first < horizon ? horizon : newest, now);
  return [
    ...long,
    ...slots.map((slot, n) =>
      n === slots.length - 1 ? dueSlot(slot, now) : ({ slot, trigger: 'catch-up', skipped: NEVER } as const),
    ),
  ];
}

function dueSlot(slot: string, now: string): FiledSlot {
  return { slot, trigger: Date.parse(now) - Date.parse(slot) > LATE_MS ? 'catch-up' : 'schedule' };
}
