import { rateDecoder, type SchemaOf } from '../events/wire-format.ts';
import { retryUntilDone } from '../platform/back-off.ts';
import type { Database } from '../platform/database.ts';
import { withinDeadline } from '../platform/deadline.ts';
import type { ServiceHealth } from '../platform/health.ts';
import type { Logger } from '../platform/logger.ts';
import { metrics } from '../platform/metrics.ts';
import type { Notifications } from '../platform/notifications.ts';
import type { EventStream, Subscription, TopicSettings } from '../stream/port.ts';
import { type DeadLetterSettings, openDeadLetters } from './dead-letters.ts';
import { batchHandler } from './handle-batch.ts';
import { gapWatch } from './log-gap.ts';
import { openRateStore } from './rate-store.ts';
import { startRedrives } from './redrive.ts';

export interface ConsumerDeps {
  db: Database;
  notifications: Notifications;
  stream: EventStream;
  topic: TopicSettings;
  group: string;
  schemaOf: SchemaOf;
  deadLetterTopic: DeadLetterSettings['topic'];
  log: Logger;
  /** Called when reading has ended for good and only a new process may do better. */
  onGiveUp?: (reason: Error) => void;
}
export interface Consumer {
  health(): Promise<ServiceHealth>;
  stop(): Promise<void>;
}

/** A health that waits longer for a silent broker would itself be missed. */
const POSITIONS_MS = 3000;

/**
 * Starts bringing events into Postgres: at least once from the stream, once in the tables. Returns at once; while the stream cannot
 * be reached the health says so, and it is tried until it can.
 */
export function startConsumer(deps: ConsumerDeps): Consumer {
  const { db, notifications, stream, topic, group, schemaOf, deadLetterTopic, log, onGiveUp } =
    deps;
  const stopping = new AbortController();
  let subscription: Subscription | undefined;
  let waiting: string | null = 'stream: not reached yet';
  const handling = { decode: rateDecoder(schemaOf), store: openRateStore(db), log };
  const handle = batchHandler({
    ...handling,
    deadLetters: openDeadLetters({ db, topic: deadLetterTopic }),
  });

  let tombstones = 0;
  const gaps = gapWatch(topic.topic, (sentence) => log.error(`stream: ${sentence}`));
  async function positions() {
    const found = await stream.positions(topic.topic, group);
    gaps.look(found);
    return found;
  }

  async function subscribe(): Promise<void> {
    try {
      await stream.createTopic(topic);
      await positions();
      subscription = await stream.subscribe({
        topic: topic.topic,
        group,
        onBatch: async (records) => {
          const handled = await handle(records);
          tombstones += handled.tombstones;
        },
      });
      void subscription.gaveUp.then((reason) => onGiveUp?.(reason));
      waiting = null;
    } catch (error) {
      waiting = `stream: ${(error as Error).message}`;
      throw error;
    }
  }
  const redrives = startRedrives({ ...handling, db, notifications });
  const starting = retryUntilDone('stream', subscribe, { log, signal: stopping.signal });

  return {
    health: async () => {
      if (!subscription) return { trouble: waiting, code: 'stream_unavailable', partitions: [] };
      const { trouble, partitions } = subscription.health();
      const gap = gaps.trouble();
      const code = trouble ? 'stream_unavailable' : gap ? 'log_gap' : null;
      const said: ServiceHealth = { trouble: trouble ?? gap, code, partitions, tombstones };
      try {
        let lag = 0n;
        for (const { partition, low, high, committed } of await withinDeadline(
          'stream',
          POSITIONS_MS,
          positions(),
        )) {
          const behind = BigInt(high) - BigInt(committed ?? low);
          metrics.lag.set({ partition }, Number(behind));
          lag += behind;
        }
        return { ...said, lag: String(lag) };
      } catch (error) {
        if (said.trouble) return said;
        return { ...said, trouble: (error as Error).message, code: 'stream_unavailable' };
      }
    },
    stop: async () => {
      stopping.abort();
      await starting;
      await subscription?.stop();
      await redrives.stop();
    },
  };
}
