import { rateDecoder, type SchemaOf } from '../events/wire-format.ts';
import { untilDone } from '../platform/back-off.ts';
import type { Database } from '../platform/database.ts';
import { withinDeadline } from '../platform/deadline.ts';
import type { ServiceHealth } from '../platform/heartbeat.ts';
import type { Logger } from '../platform/logger.ts';
import { metrics } from '../platform/metrics.ts';
import type { EventStream, Subscription, TopicSettings } from '../stream/port.ts';
import { type DeadLetterSettings, openDeadLetters } from './dead-letters.ts';
import { batchHandler } from './handle-batch.ts';
import { openRateStore } from './rate-store.ts';
import { startRedrives } from './redrive.ts';

export interface ConsumerDeps {
  db: Database;
  databaseUrl: string;
  stream: EventStream;
  topic: TopicSettings;
  group: string;
  schemaOf: SchemaOf;
  deadLetterTopic: DeadLetterSettings['topic'];
  log: Logger;
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
export function startConsumer({ db, databaseUrl, stream, topic, group, schemaOf, deadLetterTopic, log }: ConsumerDeps): Consumer {
  const stopping = new AbortController();
  let subscription: Subscription | undefined;
  let waiting: string | null = 'stream: not reached yet';
  const handling = { decode: rateDecoder(schemaOf), store: openRateStore(db), log };
  const handle = batchHandler({ ...handling, deadLetters: openDeadLetters({ db, topic: deadLetterTopic }) });

  async function subscribe(): Promise<void> {
    try {
      await stream.createTopic(topic);
      subscription = await stream.subscribe({
        topic: topic.topic,
        group,
        onBatch: async (records) => void (await handle(records)),
      });
      waiting = null;
    } catch (error) {
      waiting = `stream: ${(error as Error).message}`;
      throw error;
    }
  }
  const redrives = startRedrives({ ...handling, db, databaseUrl });
  const starting = untilDone('stream', subscribe, { log, signal: stopping.signal });

  return {
    health: async () => {
      if (!subscription) return { trouble: waiting, partitions: [] };
      const { trouble, partitions } = subscription.health();
      try {
        const positions = await withinDeadline('stream', POSITIONS_MS, stream.positions(topic.topic, group));
        for (const { partition, low, high, committed } of positions)
          metrics.lag.set({ partition }, Number(BigInt(high) - BigInt(committed ?? low)));
        const lag = positions.reduce((sum, { low, high, committed }) => sum + BigInt(high) - BigInt(committed ?? low), 0n);
        return { trouble, partitions, lag: String(lag) };
      } catch (error) {
        return { trouble: trouble ?? (error as Error).message, partitions };
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
