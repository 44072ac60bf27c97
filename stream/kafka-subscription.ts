import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { backOff } from '../platform/back-off.ts';
import { withinDeadline } from '../platform/deadline.ts';
import type { Logger } from '../platform/logger.ts';
import type { BatchHandler, StreamRecord, Subscription } from './port.ts';

const SESSION_MS = 10_000;
const HEARTBEAT_MS = 3000;
/** Without a heartbeat or a fetch for so long a consumer is taken for dead, whatever it says. */
const STALL_MS = 60_000;
const TROUBLE_MS = 20_000;
const DISCONNECT_MS = 8000;

interface Member {
  kafka: Kafka;
  log: Logger;
  topic: string;
  group: string;
  onBatch: BatchHandler;
}

/**
 * Joins a group on Kafka under our own supervision: kafkajs leaves a dead consumer in a live process after most crashes, so
 * every crash and every stall ends in a fresh consumer, with back-off. A batch that fails is tried again in place, with heartbeats.
 */
export async function subscribeKafka(member: Member): Promise<Subscription> {
  const stopping = new AbortController();
  const state = { trouble: null as string | null, partitions: [] as number[], sign: Date.now() };
  const running = supervise(member, state, stopping.signal);
  return {
    health: () => {
      const silent = Date.now() - state.sign;
      const stalled = silent > TROUBLE_MS ? `kafka: no heartbeat for ${Math.round(silent / 1000)} s` : null;
      return { trouble: state.trouble ?? stalled, partitions: state.partitions };
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

interface State {
  trouble: string | null;
  partitions: number[];
  /** When the consumer last gave a sign of life, in ms of the clock. */
  sign: number;
}

async function supervise(member: Member, state: State, stopping: AbortSignal): Promise<void> {
  const retry = backOff({ first: 200, longest: 10_000 });
  while (!stopping.aborted) {
    const consumer = member.kafka.consumer({
      groupId: member.group,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: 60_000,
      maxBytesPerPartition: 1024 * 1024,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: { retries: 5, restartOnFailure: () => Promise.resolve(false) },
    });
    const { ended, cleanUp } = endOf(consumer, state, stopping, retry.reset);
    try {
      state.sign = Date.now();
      await consumer.connect();
      await consumer.subscribe({ topic: member.topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => handleBatch(member, state, consumer, payload, stopping),
      });
      const reason = await ended;
      if (reason) throw new Error(reason);
    } catch (error) {
      state.trouble = `kafka: ${(error as Error).message}`;
      member.log.error({ error: (error as Error).message }, 'kafka: the consumer is rebuilt');
    }
    cleanUp();
    state.partitions = [];
    await withinDeadline('kafka: disconnect', DISCONNECT_MS, consumer.disconnect()).catch(() => undefined);
    if (!stopping.aborted) await retry.wait(stopping);
  }
}

/** Resolves when the consumer is over: with the reason after a crash or a stall, with nothing when we are asked to stop. */
function endOf(consumer: Consumer, state: State, stopping: AbortSignal, onJoin: () => void) {
  let cleanUp = () => {};
  const ended = new Promise<string | undefined>((resolve) => {
    const alive = () => {
      state.sign = Date.now();
    };
    consumer.on(consumer.events.HEARTBEAT, alive);
    consumer.on(consumer.events.FETCH, alive);
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      alive();
      state.trouble = null;
      onJoin();
      state.partitions = Object.values(payload.memberAssignment).flat().sort();
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error.message));
    const watch = setInterval(() => Date.now() - state.sign > STALL_MS && resolve('no heartbeat for a minute'), 5000);
    const stop = () => resolve(undefined);
    stopping.addEventListener('abort', stop, { once: true });
    if (stopping.aborted) stop();
    consumer.on(consumer.events.DISCONNECT, () => resolve('disconnected'));
    cleanUp = () => {
      clearInterval(watch);
      stopping.removeEventListener('abort', stop);
    };
  });
  return { ended, cleanUp };
}

async function handleBatch(
  member: Member,
  state: State,
  consumer: Consumer,
  payload: EachBatchPayload,
  stopping: AbortSignal,
): Promise<void> {
  const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload;
  const records = batch.messages.map((message) => recordOf(batch.topic, batch.partition, message));
  const retry = backOff({ longest: 5000 });
  let lostSession: unknown;
  const beat = setInterval(() => heartbeat().catch((error: unknown) => (lostSession = error)), HEARTBEAT_MS);
  let done = records.length === 0;
  try {
    while (!done && !lostSession && !stopping.aborted && isRunning() && !isStale()) {
      done = await attempt(member, state, records);
      if (!done) await retry.wait(stopping);
    }
  } finally {
    clearInterval(beat);
  }
  // A lost session or a partition that went to another member: that one starts at the committed offset and does the batch again.
  if (lostSession) throw lostSession;
  if (!done || isStale()) return;
  resolveOffset(batch.lastOffset());
  await consumer.commitOffsets([
    { topic: batch.topic, partition: batch.partition, offset: String(BigInt(batch.lastOffset()) + 1n) },
  ]);
}

async function attempt({ onBatch, log }: Member, state: State, records: readonly StreamRecord[]): Promise<boolean> {
  try {
    await onBatch(records);
    state.trouble = null;
    return true;
  } catch (error) {
    state.trouble = `stream: ${(error as Error).message}`;
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
