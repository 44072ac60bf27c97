import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { backOff } from '../../platform/back-off.ts';
import { failpoint } from '../../platform/failpoint.ts';
import type { Logger } from '../../platform/logger.ts';
import type { BatchHandler, StreamRecord } from '../port.ts';
import { headersOf } from './kafkajs-guard.ts';

/** What is asked for of a partition at once: as it lies on the broker, and some twenty times that in memory where it was compressed. */
export const FETCH_BYTES = 128 * 1024;
export const HEARTBEAT_MS = 3000;

export interface Member {
  kafka: Kafka;
  log: Logger;
  topic: string;
  group: string;
  onBatch: BatchHandler;
  /** Waits, in ms, between a consumer's end and the next one; for those who need not wait until a broker is well again. */
  rebuildAfter?: { readonly first: number; readonly longest: number };
}

/** What a member of a group knows of itself. Times are of the monotonic clock: a step of the wall clock is no silence. */
export interface MemberState {
  /** Why there is no consumer that reads; null as soon as one has fetched. */
  broken: string | null;
  /** Why the batch at hand is not done, by partition. */
  failing: Map<number, string>;
  partitions: number[];
  /** Counts the times that partitions were given or taken; a batch that began under another number is stale. */
  generation: number;
  joined: boolean;
  /** Batches at hand. */
  busy: number;
  sign: number;
}

interface Turn {
  consumer: Consumer;
  payload: EachBatchPayload;
  stopping: AbortSignal;
}

/**
 * Has a batch done and then commits its offset, trying again in place while the handler fails, with heartbeats all the while. A batch
 * whose partition may have gone to another member is left to that one: it starts at the committed offset and does it again.
 */
export async function handleKafkaBatch(
  member: Member,
  state: MemberState,
  { consumer, payload, stopping }: Turn,
): Promise<void> {
  const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload;
  const { generation } = state;
  // kafkajs goes on with what it had fetched before a rebalance.
  if (!state.joined || !state.partitions.includes(batch.partition)) return;
  const records = batch.messages.map((message) => recordOf(batch.topic, batch.partition, message));
  const retry = backOff({ longest: 2000 });
  let lostSession: unknown;
  const beat = setInterval(
    () => heartbeat().catch((error: unknown) => (lostSession = error)),
    HEARTBEAT_MS,
  );
  const ours = () =>
    !lostSession &&
    !stopping.aborted &&
    isRunning() &&
    !isStale() &&
    state.generation === generation;
  let done = records.length === 0;
  state.busy++;
  try {
    while (!done && ours()) {
      done = await attempt(member, state, records);
      if (!done) await retry.wait(stopping);
    }
  } finally {
    state.busy--;
    clearInterval(beat);
  }
  if (lostSession) throw lostSession;
  if (!done || isStale() || state.generation !== generation) return;
  failpoint('before-offset-commit');
  resolveOffset(batch.lastOffset());
  await consumer.commitOffsets([
    {
      topic: batch.topic,
      partition: batch.partition,
      offset: String(BigInt(batch.lastOffset()) + 1n),
    },
  ]);
  failpoint('after-offset-commit');
}

async function attempt(
  { onBatch, log }: Member,
  state: MemberState,
  records: readonly StreamRecord[],
): Promise<boolean> {
  const partition = records[0]?.partition ?? 0;
  try {
    await onBatch(records);
    state.failing.delete(partition);
    return true;
  } catch (error) {
    state.failing.set(partition, `stream: ${(error as Error).message}`);
    log.error(
      { error: (error as Error).message },
      'stream: the batch was not done and comes again',
    );
    return false;
  }
}

/**
 * A record as the port shows it. Time and headers are for dead letters: made for each record they were a third of what reading it cost.
 */
class KafkaRecord implements StreamRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly #message: KafkaMessage;
  constructor(topic: string, partition: number, message: KafkaMessage) {
    this.topic = topic;
    this.partition = partition;
    this.offset = message.offset;
    this.key = message.key;
    this.value = message.value;
    this.#message = message;
  }
  get timestamp(): string {
    return new Date(Number(this.#message.timestamp)).toISOString();
  }
  get headers(): Readonly<Record<string, Buffer>> {
    return headersOf(this.#message);
  }
}

export function recordOf(topic: string, partition: number, message: KafkaMessage): StreamRecord {
  return new KafkaRecord(topic, partition, message);
}
