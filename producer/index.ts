import { hostname } from 'node:os';
import timer from 'node-schedule';
import type { UnconfirmedRun } from '../ledger/confirm.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { latestSlot, nextSlot, type Schedule, slotsLeftToday } from '../ledger/schedule.ts';
import type { SlotSettings } from '../ledger/slots.ts';
import { type ServiceHealth, type Trouble, troubleOf } from '../platform/health.ts';
import type { Logger } from '../platform/logger.ts';
import type { Notifications } from '../platform/notifications.ts';
import { startWakeLoop } from '../platform/wake-loop.ts';
import type { EventStream, Position } from '../stream/port.ts';
import { type FetchDeps, fetchAndPublish, type Lane, refreshAccount } from './fetch-and-publish.ts';

export interface ProducerDeps extends Omit<FetchDeps, keyof Lane>, SlotSettings {
  /** The first runs the slots; each other one is the fallback of the one before. */
  lanes: readonly [Lane, ...Lane[]];
  fallbackAfterMinutes: number;
  /** Ask the second provider once a day, to compare the rates. */
  crossCheck: boolean;
  /** The consumer group that stores the events. */
  group: string;
  notifications: Notifications;
  /** Execute backfills alone: slots and manual runs are left to permanent producers. */
  backfillOnly?: boolean;
  /** Called when the passes have ended for good, by a bug: only a new process may help. */
  onGiveUp: (reason: Error) => void;
  /** Called before each pass over the ledger. */
  beforePass?: () => Promise<void>;
}

export interface Producer {
  health(): Promise<ServiceHealth>;
  stop(): Promise<void>;
}

const POLL_MS = 30_000;
const SOONEST_MS = 200;
/**
 * A timer that fires later than this was delayed by a clock that stepped or a machine that slept.
 */
const LATE_MS = 1000;

/**
 * Starts the producer. The cron timer, a poll and notifications only wake it; each pass reads from
 * the ledger what is due. Nothing in memory decides that a provider is called.
 */
export function startProducer(deps: ProducerDeps): Producer {
  const { lanes, log, schedule, notifications, onGiveUp } = deps;
  const [{ ledger }] = lanes;
  let failing: Trouble | null = null;
  let account = Promise.resolve();
  const loop = startWakeLoop({
    name: 'producer',
    meanwhile: 'due slots wait in the ledger',
    work: async (signal) => {
      await deps.beforePass?.();
      for (const [n, lane] of lanes.entries()) {
        if (!deps.backfillOnly) await fileRuns(deps, n);
        await runPass({ ...deps, ...lane }, signal, (run) => {
          // Not awaited: the rates are there, and do not wait for the account.
          account = account.then(() => refreshAccount({ ...deps, ...lane }, run, signal));
        });
      }
      const waits = await Promise.all(lanes.map((lane) => lane.ledger.msToNext()));
      const known = waits.filter((ms) => ms !== null);
      return known.length === 0 ? null : Math.max(SOONEST_MS, Math.min(...known));
    },
    pollMs: POLL_MS,
    onFailure: (err) => {
      failing = err === null ? null : troubleOf(err);
    },
    onGiveUp,
    log,
  });
  const slotTimer = startSlotTimer(schedule, loop.wake);
  const unsubscribe = (['runs', 'rates'] as const).map((channel) =>
    notifications.subscribe(channel, { onNotify: loop.wake, onConnect: loop.wake }),
  );
  return {
    health: async () => {
      const { now, ...trouble } = await ledger.health();
      return {
        ...(failing ?? trouble),
        next_slot: nextSlot(schedule, now),
        last_slot: latestSlot(schedule, now),
      };
    },
    stop: async () => {
      slotTimer.stop();
      for (const end of unsubscribe) end();
      await loop.stop();
      await account;
    },
  };
}

/** Files what is due at a provider other than the first. */
async function fileRuns({ lanes, fallbackAfterMinutes, crossCheck }: ProducerDeps, n: number) {
  const [lane, before] = [lanes[n], lanes[n - 1]];
  if (!lane || !before) return;
  await lane.ledger.fileFallback(before.ledger.account.source, fallbackAfterMinutes);
  if (crossCheck && n === 1) await lane.ledger.fileCrossCheck();
}

/** Files what is due and takes each run once, so that slow failures cannot delay newer slots. */
async function runPass(
  deps: ProducerDeps & Lane,
  signal: AbortSignal,
  onFetched: (run: FetchedRun) => void,
): Promise<void> {
  const { ledger, schedule, backfillOnly = false, log } = deps;
  const claimedBy = `${hostname()}/${process.pid}`;
  const seen: string[] = [];
  while (!signal.aborted) {
    if (!backfillOnly && ledger === deps.lanes[0].ledger) await ledger.fileDueSlots(deps);
    await ledger.confirm();
    await checkUnconfirmedRuns(deps);
    const slotsLeft = slotsLeftToday(schedule, await ledger.now());
    const run = await ledger.claim({ claimedBy, seen, backfillOnly, slotsLeft });
    if (!run) return;
    seen.push(run.run_id);
    if (run.state !== 'claimed' && run.state !== 'fetched') {
      const { run_id: runId, trigger, slot, failure_code: code } = run;
      log.warn(
        { runId, trigger, slot, code, detail: run.failure_detail },
        `${run.state}: ${run.error}`,
      );
      continue;
    }
    const fetched = await fetchAndPublish(deps, run, { signal, slotsLeft });
    if (fetched) onFetched(fetched);
  }
}

type FetchedRun = NonNullable<Awaited<ReturnType<typeof fetchAndPublish>>>;

/** Calls `wake` at each slot of the schedule by this machine's clock, until it is stopped. */
export function startSlotTimer({ cron: rule, zone: tz }: Schedule, wake: () => void) {
  const job = timer.scheduleJob({ rule, tz }, (slot: Date) => {
    // node-schedule would catch up with every slot that the clock jumped over, 200 a second.
    if (Date.now() - slot.getTime() > LATE_MS) job.reschedule({ rule, tz });
    wake();
  });
  return { stop: () => void job?.cancel() };
}

interface UnconfirmedDeps {
  ledger: Ledger;
  positions: EventStream['positions'];
  topic: string;
  group: string;
  log: Logger;
}

/**
 * Checks published runs whose rows have not come. They are published again, without a fetch,
 * only if the stream lost the events or the group has read past them; else the consumer is behind,
 * and a second publish would only add to its lag.
 */
async function checkUnconfirmedRuns(deps: UnconfirmedDeps): Promise<void> {
  const { ledger, topic, group, log } = deps;
  const runs = await ledger.unconfirmedRuns();
  if (runs.length === 0) return;
  const positions = await deps.positions(topic, group).catch((err) => {
    log.warn({ err, group }, 'consumer lag unknown');
    return null;
  });
  // Rows are committed before their offset, so what was read past by now is confirmed here.
  await ledger.confirm();
  for (const run of runs) {
    if (positions && isLost(run, positions)) {
      log.warn(
        { runId: run.run_id },
        'events missing from the stream or never stored, republishing',
      );
      await ledger.publishAgain(run);
    } else {
      await ledger.waitForConsumer(run.run_id, positions && lagOf(positions));
    }
  }
}

function lagOf(positions: readonly Position[]): bigint {
  return positions.reduce(
    (sum, { low, high, committed }) => sum + BigInt(high) - BigInt(committed ?? low),
    0n,
  );
}

/** Whether a partition ends before the run's events, or the group has read past all of them. */
function isLost({ published_to }: UnconfirmedRun, positions: readonly Position[]): boolean {
  const ranges = published_to ?? [];
  const at = (partition: number) => positions.find((position) => position.partition === partition);
  const isCutOff = ranges.some(
    ({ partition, last }) => BigInt(at(partition)?.high ?? 0) <= BigInt(last),
  );
  const isPassed = ranges.every(
    ({ partition, last }) => BigInt(at(partition)?.committed ?? 0) > BigInt(last),
  );
  return isCutOff || isPassed;
}
