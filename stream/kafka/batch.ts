import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { backOff, bugLimit, waitMs } from '../../platform/back-off.ts';
import { failpoint } from '../../platform/failpoint.ts';
import { streamTroubleOf, type Trouble } from '../../platform/health.ts';
import type { Logger } from '../../platform/logger.ts';
import type { OutageLog } from '../../platform/outage-log.ts';
import type { BatchHandler, RecordHeaders, StreamRecord } from '../port.ts';
import { headersOf } from './kafkajs-patches.ts';

/** Requested of a partition at once; compressed records take some twenty times that in memory. */
export const FETCH_BYTES = 128 * 1024;
export const HEARTBEAT_MS = 3000;

export interface Member {
  kafka: Kafka;
  log: Logger;
  topic: string;
  group: string;
  onBatch: BatchHandler;
  /** Waits between a consumer's end and the next one, in ms; for tests. */
  rebuildAfter?: { readonly first: number; readonly longest: number };
}

/** What a member of a group knows of itself. Times are of the monotonic clock. */
export interface MemberState {
  /** Why no consumer reads; null as soon as one has fetched. */
  broken: Trouble | null;
  /** Why the batch in progress is not done, by partition. */
  failing: Map<number, Trouble>;
  readonly outage: OutageLog;
  /** Ends the subscription for good. */
  readonly giveUp: (reason: Error) => void;
  partitions: number[];
  /** Incremented by every rebalance: a batch that began under another number is stale. */
  generation: number;
  joined: boolean;
  /** Batches in progress. */
  busy: number;
  /** Time of the last sign of life. */
  aliveAt: number;
}

interface Turn {
  consumer: Consumer;
  payload: EachBatchPayload;
  stopping: AbortSignal;
}

/**
 * Handles a batch and then commits its offset. Retries in place while the handler fails, with
 * heartbeats. A batch whose partition may have moved is left to the other member, which starts at
 * the committed offset.
 */
export async function handleKafkaBatch(
  member: Member,
  state: MemberState,
  { consumer, payload, stopping }: Turn,
): Promise<void> {
  const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload;
  const { topic, partition } = batch;
  const { generation } = state;
  // kafkajs continues with what it had fetched before a rebalance.
  if (!state.joined || !state.partitions.includes(partition)) return;
  const records = batch.messages.map((message) => recordOf(topic, partition, message));
  const retry = backOff({ longest: 2000 });
  const bugs = bugLimit({ name: 'consumer batch', log: member.log });
  let lostSession: unknown;
  const beat = setInterval(
    () => heartbeat().catch((err: unknown) => (lostSession = err)),
    HEARTBEAT_MS,
  );
  const isOurs = () =>
    !lostSession &&
    !stopping.aborted &&
    isRunning() &&
    !isStale() &&
    state.generation === generation;
  let done = records.length === 0;
  state.busy++;
  try {
    while (!done && isOurs()) {
      const retryMs = retry.nextMs();
      done = await attempt(member, state, records, { bugs, retryMs });
      if (!done) await waitMs(retryMs, stopping);
    }
  } finally {
    state.busy--;
    clearInterval(beat);
  }
  if (lostSession) throw lostSession;
  if (!done || isStale() || state.generation !== generation) return;
  failpoint('before-offset-commit');
  resolveOffset(batch.lastOffset());
  const offset = String(BigInt(batch.lastOffset()) + 1n);
  await consumer.commitOffsets([{ topic, partition, offset }]);
  failpoint('after-offset-commit');
}

async function attempt(
  { onBatch }: Member,
  { failing, outage, giveUp }: MemberState,
  records: readonly StreamRecord[],
  { bugs, retryMs }: { bugs: ReturnType<typeof bugLimit>; retryMs: number },
): Promise<boolean> {
  const partition = records[0]?.partition ?? 0;
  try {
    await onBatch(records);
    failing.delete(partition);
    if (failing.size === 0) outage.recovered();
    return true;
  } catch (err) {
    failing.set(partition, streamTroubleOf(err));
    outage.failed(err, retryMs);
    const reason = bugs.failed(err);
    if (reason) giveUp(reason);
    return false;
  }
}

/** Headers cost half of what fetching a record costs, and only dead letters need them. */
class KafkaRecord implements StreamRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly timestampMs: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly #message: KafkaMessage;
  constructor(topic: string, partition: number, message: KafkaMessage) {
    this.topic = topic;
    this.partition = partition;
    this.offset = message.offset;
    this.timestampMs = message.timestamp;
    this.key = message.key;
    this.value = message.value;
    this.#message = message;
  }
  get headers(): RecordHeaders {
    return headersOf(this.#message);
  }
}

export function recordOf(topic: string, partition: number, message: KafkaMessage): StreamRecord {
  return new KafkaRecord(topic, partition, message);
}
