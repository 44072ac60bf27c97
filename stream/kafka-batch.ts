import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { backOff } from '../platform/back-off.ts';
import { failpoint } from '../platform/failpoint.ts';
import { HEARTBEAT_MS, type Member, type MemberState } from './kafka-subscription.ts';
import type { StreamRecord } from './port.ts';

interface Turn {
  consumer: Consumer;
  payload: EachBatchPayload;
  stopping: AbortSignal;
}

/**
 * Has a batch done and then commits its offset, trying again in place while the handler fails, with heartbeats all the while. A batch
 * whose partition may have gone to another member is left to that one: it starts at the committed offset and does it again.
 */
export async function handleKafkaBatch(member: Member, state: MemberState, { consumer, payload, stopping }: Turn): Promise<void> {
  const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload;
  const { generation } = state;
  // kafkajs goes on with what it had fetched before a rebalance.
  if (!state.joined || !state.partitions.includes(batch.partition)) return;
  const records = batch.messages.map((message) => recordOf(batch.topic, batch.partition, message));
  const retry = backOff({ longest: 2000 });
  let lostSession: unknown;
  const beat = setInterval(() => heartbeat().catch((error: unknown) => (lostSession = error)), HEARTBEAT_MS);
  const ours = () => !lostSession && !stopping.aborted && isRunning() && !isStale() && state.generation === generation;
  let done = records.length === 0;
  state.busy = true;
  try {
    while (!done && ours()) {
      done = await attempt(member, state, records);
      if (!done) await retry.wait(stopping);
    }
  } finally {
    state.busy = false;
    clearInterval(beat);
  }
  if (lostSession) throw lostSession;
  if (!done || isStale() || state.generation !== generation) return;
  failpoint('before-offset-commit');
  resolveOffset(batch.lastOffset());
  await consumer.commitOffsets([
    { topic: batch.topic, partition: batch.partition, offset: String(BigInt(batch.lastOffset()) + 1n) },
  ]);
  failpoint('after-offset-commit');
}

async function attempt({ onBatch, log }: Member, state: MemberState, records: readonly StreamRecord[]): Promise<boolean> {
  const partition = records[0]?.partition ?? 0;
  try {
    await onBatch(records);
    state.failing.delete(partition);
    return true;
  } catch (error) {
    state.failing.set(partition, `stream: ${(error as Error).message}`);
    log.error({ error: (error as Error).message }, 'stream: the batch was not done and comes again');
    return false;
  }
}

/** A record as the port shows it; of a header that stands more than once the last counts. */
export function recordOf(topic: string, partition: number, message: KafkaMessage): StreamRecord {
  const headers: Record<string, Buffer> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) headers[name] = Buffer.from(last);
  }
  return {
    topic,
    partition,
    offset: message.offset,
    timestamp: new Date(Number(message.timestamp)).toISOString(),
    key: message.key,
    value: message.value,
    headers,
  };
}
