import { rateDecoder, type SchemaOf } from '../events/wire-format.ts';
import { bugLimit, retryUntilDone } from '../platform/back-off.ts';
import type { Database } from '../platform/database.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { StreamUnavailable } from '../platform/errors.ts';
import {
  type ServiceHealth,
  streamTroubleOf,
  type Trouble,
  troubleOf,
} from '../platform/health.ts';
import type { Logger } from '../platform/logger.ts';
import { metrics } from '../platform/metrics.ts';
import type { Notifications } from '../platform/notifications.ts';
import { execute, query } from '../platform/sql.ts';
import type { EventStream, Position, Subscription, TopicSettings } from '../stream/port.ts';
import { openDeadLetters, type PublishDeadLetters } from './dead-letters.ts';
import { batchHandler, startRedrives } from './handle-batch.ts';
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

type Positions = ReturnType<typeof watchPositions>;

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

async function readHealth(subscription: Subscription, positions: Positions) {
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

interface PositionWatch {
  /**
   * Reads the group's positions, checks them for gaps and notes them in Postgres. Throws
   * `StreamUnavailable` when the stream does not answer within `deadlineMs`.
   */
  check(deadlineMs?: number): Promise<readonly Position[]>;
  /** Describes the gaps that were found to an operator, or null. */
  trouble(): string | null;
}

interface Watched {
  db: Database;
  stream: Pick<EventStream, 'positions'>;
  topic: string;
  group: string;
  log: Logger;
}

/**
 * Watches where the group stopped against what its log still holds. Clients jump silently over
 * records that were deleted before they were read. Positions are noted in Postgres, since brokers
 * expire the offsets of a group that was stopped for a week.
 */
function watchPositions({ db, stream, topic, group, log }: Watched): PositionWatch {
  const gaps = gapWatch(topic, (gap) => log.error({ topic, group, gap }, 'stream: log gap'));
  let noted: Map<number, string> | null = null;

  async function notedOffsets(): Promise<Map<number, string>> {
    const rows = await query<{ partition: number; next_offset: string }>(
      db,
      `select partition, next_offset from consumer_positions
       where topic = :topic and consumer_group = :group`,
      { topic, group },
    );
    return new Map(rows.map(({ partition, next_offset }) => [partition, next_offset]));
  }

  /** Only what has changed: a group that is caught up writes nothing. */
  async function note(positions: readonly Position[], known: Map<number, string>): Promise<void> {
    const changed = positions.filter(
      ({ partition, committed }) => committed !== null && known.get(partition) !== committed,
    );
    if (changed.length === 0) return;
    await execute(db, NOTE, {
      topic,
      group,
      partitions: changed.map(({ partition }) => partition),
      offsets: changed.map(({ committed }) => committed),
    });
    for (const { partition, committed } of changed) known.set(partition, committed as string);
  }

  return {
    check: async (deadlineMs) => {
      const reading = stream.positions(topic, group);
      const positions = await (deadlineMs === undefined
        ? reading
        : withinDeadline('stream', deadlineMs, reading).catch(throwStreamError));
      noted ??= await notedOffsets();
      gaps.check(positions, noted);
      await note(positions, noted);
      return positions;
    },
    trouble: gaps.trouble,
  };
}

/** The error of a deadline does not say what was late: it would be taken for Postgres. */
function throwStreamError(err: Error & { code?: unknown }): never {
  const isLate = err.code === 'ETIMEDOUT' && !(err instanceof StreamUnavailable);
  throw isLate ? new StreamUnavailable(err.message, { cause: err }) : err;
}

const NOTE = `
insert into consumer_positions (topic, consumer_group, partition, next_offset)
select :topic, :group, partition, next_offset
from unnest(:partitions::int[], :offsets::bigint[]) as p (partition, next_offset)
on conflict on constraint consumer_positions_pkey
  do update set next_offset = excluded.next_offset, noted_at = now()`;

interface Gap {
  readonly partition: number;
  readonly sentence: string;
  /** False for what a broker also shows that has just become leader and lags behind. */
  readonly isCertain: boolean;
}

/** Remembers gaps as long as the process lives: the group's next commit hides them. */
export function gapWatch(topic: string, alarm: (sentence: string) => void) {
  const known = new Map<number, string>();
  let suspected = new Set<number>();
  return {
    /** `noted`: offsets by partition up to which Postgres has stored the topic. */
    check: (positions: readonly Position[], noted: ReadonlyMap<number, string>): void => {
      const gaps = positions.flatMap((position) => gapsOf(topic, position, noted));
      for (const { partition, sentence, isCertain } of gaps) {
        if (known.has(partition) || !(isCertain || suspected.has(partition))) continue;
        known.set(partition, sentence);
        alarm(sentence);
      }
      suspected = new Set(gaps.map(({ partition }) => partition));
    },
    trouble: (): string | null =>
      known.size > 0 ? `stream: ${[...known.values()].join('; ')}` : null,
  };
}

function gapsOf(
  topic: string,
  { partition, low, high, committed }: Position,
  noted: ReadonlyMap<number, string>,
): Gap[] {
  // A topic that was recreated has a new log and no group: what was noted says nothing of it.
  const stored = noted.get(partition) ?? null;
  const next = committed ?? (stored !== null && BigInt(stored) <= BigInt(high) ? stored : null);
  if (next === null) return [];
  const place = `${topic}/${partition}`;
  const missing = BigInt(low) - BigInt(next);
  if (missing > 0n) {
    const sentence =
      `${place}: ${missing} records from offset ${next} on were deleted before they were read; ` +
      'publish them again, then restart the consumer';
    return [{ partition, isCertain: true, sentence }];
  }
  if (BigInt(next) <= BigInt(high)) return [];
  const sentence =
    `${place}: the group had read up to offset ${next} and the log ends at ${high}: ` +
    'it was recreated or truncated; check the broker, then restart the consumer';
  return [{ partition, isCertain: false, sentence }];
}
