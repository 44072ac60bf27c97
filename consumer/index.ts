import { rateDecoder, type SchemaOf } from '../events/wire-format.ts';
import { bugLimit, retryUntilDone } from '../platform/back-off.ts';
import type { Database } from '../platform/database.ts';
import {
  type ServiceHealth,
  streamTroubleOf,
  type Trouble,
  troubleOf,
} from '../platform/health.ts';
import type { Logger } from '../platform/logger.ts';
import { metrics } from '../platform/metrics.ts';
import type { Notifications } from '../platform/notifications.ts';
import type { EventStream, Position, Subscription, TopicSettings } from '../stream/port.ts';
import { openDeadLetters, type PublishDeadLetters } from './dead-letters.ts';
import { batchHandler, startRedrives } from './handle-batch.ts';
import { type PositionWatch, watchPositions } from './positions.ts';
import { openRateStore } from './rate-store.ts';

export interface ConsumerDeps {
  db: Database;
  notifications: Notifications;
  stream: EventStream;
  topic: TopicSettings;
  group: string;
  schemaOf: SchemaOf;
  publishDeadLetters: PublishDeadLetters | null;
  log: Logger;
  /** Called when work has ended for good, by a bug: only a new process may help. */
  onGiveUp: (reason: Error) => void;
}

export interface Consumer {
  health(): Promise<ServiceHealth>;
  stop(): Promise<void>;
}

/** A health check that waited longer for a silent broker would count as missing itself. */
const POSITIONS_MS = 3000;

/**
 * Starts to store events in Postgres: at least once from the stream, once in the tables. Returns at
 * once; while the stream is unavailable, the health says so and it is retried.
 */
export function startConsumer(deps: ConsumerDeps): Consumer {
  const { db, notifications, stream, topic, group, schemaOf, log, onGiveUp } = deps;
  const stopping = new AbortController();
  let subscription: Subscription | undefined;
  let waiting: Trouble = { trouble: 'stream: not reached yet', code: 'starting' };
  let tombstones = 0;
  const handling = { decode: rateDecoder(schemaOf), store: openRateStore(db, log), log };
  const deadLetters = openDeadLetters({ db, publish: deps.publishDeadLetters, log });
  const handle = batchHandler({ ...handling, deadLetters });
  const positions = watchPositions({ db, stream, topic: topic.topic, group, log });

  async function subscribe(): Promise<void> {
    try {
      await stream.createTopic(topic);
      await positions.check();
      subscription = await stream.subscribe({
        topic: topic.topic,
        group,
        onBatch: async (records) => {
          const handled = await handle(records);
          tombstones += handled.tombstones;
        },
      });
      void subscription.gaveUp.then(onGiveUp);
    } catch (err) {
      waiting = streamTroubleOf(err);
      throw err;
    }
  }
  const redrives = startRedrives({ ...handling, db, notifications, onGiveUp });
  // Brokers fail in many forms: health says why, and what is no outage is tried ten times.
  const starting = retryUntilDone('stream', subscribe, {
    log,
    signal: stopping.signal,
    fatal: bugLimit({ name: 'stream', log }).failed,
  }).catch(onGiveUp);

  return {
    health: async () =>
      subscription
        ? { ...(await readHealth(subscription, positions)), tombstones }
        : { ...waiting, partitions: [] },
    stop: async () => {
      stopping.abort();
      await starting;
      await subscription?.stop();
      // The last offsets are what is compared after a stop of weeks.
      if (subscription)
        await positions
          .check(POSITIONS_MS)
          .catch((err) => log.debug({ err }, 'consumer positions not noted'));
      await redrives.stop();
    },
  };
}

async function readHealth(subscription: Subscription, positions: PositionWatch) {
  const { trouble, code, partitions } = subscription.health();
  try {
    const lag = lagOf(await positions.check(POSITIONS_MS));
    const gap = positions.trouble();
    const state: Trouble =
      trouble === null && gap ? { trouble: gap, code: 'log_gap' } : { trouble, code };
    return { ...state, partitions, lag };
  } catch (err) {
    // An old lag would be taken for the current one.
    metrics.lag.reset();
    return { ...(trouble === null ? troubleOf(err) : { trouble, code }), partitions };
  }
}

function lagOf(positions: readonly Position[]): string {
  let lag = 0n;
  for (const { partition, low, high, committed } of positions) {
    const behind = BigInt(high) - BigInt(committed ?? low);
    metrics.lag.set({ partition }, Number(behind));
    lag += behind;
  }
  return String(lag);
}
