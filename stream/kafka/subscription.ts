import { once } from 'node:events';
import type { Consumer } from 'kafkajs';
import { backOff, waitMs } from '../../platform/back-off.ts';
import { withinDeadline } from '../../platform/deadline.ts';
import { CannotStart } from '../../platform/errors.ts';
import { HEALTHY, type HealthCode } from '../../platform/health.ts';
import { openOutageLog } from '../../platform/outage-log.ts';
import type { Subscription } from '../port.ts';
import {
  FETCH_BYTES,
  HEARTBEAT_MS,
  handleKafkaBatch,
  type Member,
  type MemberState,
} from './batch.ts';
import { type KafkaFault, kafkaFault, kafkaTrouble, streamError, streamRefusal } from './faults.ts';

const SESSION_MS = 10_000;
/** A consumer without a sign of life for this long counts as dead. */
const STALL_MS = 60_000;
const TROUBLE_MS = 20_000;
const DISCONNECT_MS = 8000;
/** Waits between a consumer's end and the next one, in ms. */
const REBUILD_AFTER = { first: 200, longest: 3000 };
/** After this many deaths with the broker in reach, another consumer will not live either. */
const REBUILDS = 10;
const REBUILDS_WITHIN_MS = 10 * 60_000;
/** Fewer than the pool has connections: heartbeats and dead letters need one too. */
const PARTITIONS_AT_ONCE = 3;
const CODES: Record<KafkaFault, HealthCode> = {
  unavailable: 'stream_unavailable',
  unreadable: 'codec_unreadable',
  broken: 'stream_unavailable',
};

/**
 * Joins a group on Kafka under our own supervision: kafkajs leaves a dead consumer in a live
 * process after most crashes, so every crash and every stall ends in a fresh consumer, with
 * back-off. A batch that fails is retried in place, with heartbeats.
 */
export async function subscribeKafka(member: Member): Promise<Subscription> {
  const stopping = new AbortController();
  const meanwhile = 'records stay on the stream';
  let giveUp: (reason: Error) => void = () => {};
  const gaveUp = new Promise<Error>((resolve) => {
    giveUp = resolve;
  });
  const state: MemberState = {
    broken: null,
    failing: new Map(),
    outage: openOutageLog({ name: 'consumer batch', meanwhile, log: member.log }),
    giveUp,
    partitions: [],
    generation: 0,
    joined: false,
    busy: 0,
    aliveAt: performance.now(),
  };
  const running = supervise(member, state, stopping.signal);
  return {
    gaveUp,
    health: () => {
      const [failing = null] = state.failing.values();
      const trouble = state.broken ?? failing ?? stallOf(state) ?? HEALTHY;
      return { ...trouble, partitions: state.partitions };
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

function stallOf({ aliveAt }: MemberState) {
  const silentMs = performance.now() - aliveAt;
  if (silentMs <= TROUBLE_MS) return null;
  const trouble = `kafka: no sign of life for ${Math.round(silentMs / 1000)} s`;
  return { trouble, code: 'stream_unavailable' as const };
}

async function supervise(member: Member, state: MemberState, stopping: AbortSignal): Promise<void> {
  const { log, topic, rebuildAfter = REBUILD_AFTER } = member;
  const retry = backOff(rebuildAfter);
  const meanwhile = 'records stay on the topic';
  const outage = openOutageLog({ name: 'kafka consumer', meanwhile, log });
  const onRead = () => {
    retry.reset();
    outage.recovered();
  };
  const deaths: number[] = [];
  const stopped = once(stopping, 'abort').then(() => undefined);
  while (!stopping.aborted) {
    const consumer = openConsumer(member);
    const { ended, cleanUp } = watchEnd(consumer, state, stopping, onRead);
    const retryMs = retry.nextMs();
    try {
      state.aliveAt = performance.now();
      // A stop does not wait until kafkajs has given up an unreachable broker. Any other end counts
      // once the consumer reads: leaving earlier would leave one behind that still joins the group.
      const reading = read(consumer, member, state, stopping).then(() => ended);
      const reason = await Promise.race([reading, stopped]);
      if (reason) throw reason;
    } catch (err) {
      const fault = kafkaFault(err);
      const code = streamRefusal(err)?.healthCode ?? CODES[fault];
      state.broken = { trouble: kafkaTrouble(err, topic), code };
      outage.failed(streamError(err), retryMs);
      // Waiting for a broker, or for a person, is no death: a new process would wait as well.
      if (fault === 'broken') deaths.push(performance.now());
    }
    cleanUp();
    state.partitions = [];
    state.failing.clear();
    await withinDeadline('kafka: disconnect', DISCONNECT_MS, consumer.disconnect()).catch(
      () => undefined,
    );
    const isRecent = (at: number) => performance.now() - at < REBUILDS_WITHIN_MS;
    if (deaths.filter(isRecent).length >= REBUILDS) return state.giveUp(exhausted(state));
    if (!stopping.aborted) await waitMs(retryMs, stopping);
  }
}

function exhausted({ broken }: MemberState): CannotStart {
  return new CannotStart(
    `The consumer died ${REBUILDS} times within 10 minutes, last of: ${broken?.trouble}`,
  );
}

function openConsumer({ kafka, group }: Member): Consumer {
  return kafka.consumer({
    groupId: group,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: 60_000,
    maxBytesPerPartition: FETCH_BYTES,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    retry: { retries: 5, restartOnFailure: () => Promise.resolve(false) },
  });
}

/** Joins and reads, unless the subscription was stopped before the brokers responded. */
async function read(
  consumer: Consumer,
  member: Member,
  state: MemberState,
  stopping: AbortSignal,
): Promise<void> {
  await consumer.connect();
  if (stopping.aborted) return consumer.disconnect();
  await consumer.subscribe({ topic: member.topic, fromBeginning: true });
  if (stopping.aborted) return consumer.disconnect();
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    // kafkajs fetches when all it has is done: one at a time, Node and Postgres wait in turn.
    partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
    eachBatch: (payload) => handleKafkaBatch(member, state, { consumer, payload, stopping }),
  });
}

/** `ended` resolves with the reason after a crash or a stall, with nothing after a stop. */
function watchEnd(
  consumer: Consumer,
  state: MemberState,
  stopping: AbortSignal,
  onRead: () => void,
) {
  let cleanUp = () => {};
  const ended = new Promise<Error | undefined>((resolve) => {
    const { FETCH, HEARTBEAT, GROUP_JOIN, REBALANCING, CRASH, DISCONNECT } = consumer.events;
    consumer.on(FETCH, () => {
      state.aliveAt = performance.now();
      state.broken = null;
      onRead();
    });
    // Heartbeats continue in a consumer that no longer fetches; they count only during a batch.
    consumer.on(HEARTBEAT, () => {
      if (state.busy > 0) state.aliveAt = performance.now();
    });
    consumer.on(REBALANCING, () => {
      state.joined = false;
      state.generation++;
    });
    consumer.on(GROUP_JOIN, ({ payload }) => {
      state.aliveAt = performance.now();
      state.joined = true;
      state.generation++;
      state.partitions = Object.values(payload.memberAssignment).flat().sort();
      for (const partition of state.failing.keys())
        if (!state.partitions.includes(partition)) state.failing.delete(partition);
    });
    consumer.on(CRASH, ({ payload }) => resolve(payload.error));
    // A crash disconnects first and gives its reason afterwards.
    consumer.on(DISCONNECT, () => void setTimeout(() => resolve(new Error('disconnected')), 1000));
    const checkStall = () =>
      performance.now() - state.aliveAt > STALL_MS &&
      resolve(new Error('no sign of life for a minute'));
    const watch = setInterval(checkStall, 5000);
    const stop = () => resolve(undefined);
    stopping.addEventListener('abort', stop, { once: true });
    if (stopping.aborted) stop();
    cleanUp = () => {
      clearInterval(watch);
      stopping.removeEventListener('abort', stop);
    };
  });
  return { ended, cleanUp };
}
