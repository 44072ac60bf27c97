import { once } from 'node:events';
import type { Consumer } from 'kafkajs';
import { backOff } from '../../platform/back-off.ts';
import { withinDeadline } from '../../platform/deadline.ts';
import { CannotStart } from '../../platform/errors.ts';
import type { Subscription } from '../port.ts';
import {
  FETCH_BYTES,
  HEARTBEAT_MS,
  handleKafkaBatch,
  type Member,
  type MemberState,
} from './batch.ts';
import { kafkaFault, kafkaTrouble } from './fault.ts';

const SESSION_MS = 10_000;
/** Without a sign of life for so long a consumer is taken for dead, whatever it says. */
const STALL_MS = 60_000;
const TROUBLE_MS = 20_000;
const DISCONNECT_MS = 8000;
/** Waits between a consumer's end and the next one, growing from `first` to `longest` ms. */
const REBUILD_AFTER = { first: 200, longest: 3000 };
/** So many consumers that died, with the broker in reach, mean that another one in this process will not live either. */
const REBUILDS = 10;
const REBUILDS_WITHIN_MS = 10 * 60_000;
/** Fewer than the pool has connections, for heartbeats and dead letters take one too. */
const PARTITIONS_AT_ONCE = 3;

/**
 * Joins a group on Kafka under our own supervision: kafkajs leaves a dead consumer in a live process after most crashes, so
 * every crash and every stall ends in a fresh consumer, with back-off. A batch that fails is tried again in place, with heartbeats.
 */
export async function subscribeKafka(member: Member): Promise<Subscription> {
  const stopping = new AbortController();
  const state: MemberState = {
    broken: null,
    failing: new Map(),
    partitions: [],
    generation: 0,
    joined: false,
    busy: 0,
    sign: performance.now(),
  };
  let giveUp: (reason: Error) => void = () => {};
  const gaveUp = new Promise<Error>((resolve) => {
    giveUp = resolve;
  });
  const running = supervise(member, state, stopping.signal, giveUp);
  return {
    gaveUp,
    health: () => {
      const silent = performance.now() - state.sign;
      const stalled =
        silent > TROUBLE_MS ? `kafka: no sign of life for ${Math.round(silent / 1000)} s` : null;
      const [failing = null] = state.failing.values();
      return { trouble: state.broken ?? failing ?? stalled, partitions: state.partitions };
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function supervise(
  member: Member,
  state: MemberState,
  stopping: AbortSignal,
  giveUp: (reason: Error) => void,
): Promise<void> {
  const { kafka, log, topic, group, rebuildAfter = REBUILD_AFTER } = member;
  const retry = backOff(rebuildAfter);
  const deaths: number[] = [];
  const stopped = once(stopping, 'abort').then(() => undefined);
  while (!stopping.aborted) {
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: 60_000,
      maxBytesPerPartition: FETCH_BYTES,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: { retries: 5, restartOnFailure: () => Promise.resolve(false) },
    });
    const { ended, cleanUp } = endOf(consumer, state, stopping, retry.reset);
    try {
      state.sign = performance.now();
      // A stop does not wait until kafkajs has given up a broker that is away. Any other end is looked at once the consumer reads: who left
      // before would leave one behind that joins the group yet.
      const reason = await Promise.race([
        read(consumer, member, state, stopping).then(() => ended),
        stopped,
      ]);
      if (reason) throw reason;
    } catch (error) {
      state.broken = kafkaTrouble(error, topic);
      const fault = kafkaFault(error);
      log.error({ error: (error as Error).message, fault }, 'kafka: the consumer is rebuilt');
      // Waiting for a broker, or for a person, is no death: a new process would wait as well.
      if (fault === 'broken') deaths.push(performance.now());
    }
    cleanUp();
    state.partitions = [];
    state.failing.clear();
    await withinDeadline('kafka: disconnect', DISCONNECT_MS, consumer.disconnect()).catch(
      () => undefined,
    );
    if (deaths.filter((at) => performance.now() - at < REBUILDS_WITHIN_MS).length >= REBUILDS) {
      return giveUp(
        new CannotStart(
          `The consumer died ${REBUILDS} times within 10 minutes, at last of: ${state.broken}`,
        ),
      );
    }
    if (!stopping.aborted) await retry.wait(stopping);
  }
}

/** Has the consumer join and read, unless a stop was asked for before the brokers answered. */
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
    // kafkajs fetches when all it has is done: with one at a time Node waits for Postgres, and then Postgres for Node.
    partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
    eachBatch: (payload) => handleKafkaBatch(member, state, { consumer, payload, stopping }),
  });
}

/** Resolves when the consumer is over: with the reason after a crash or a stall, with nothing when we are asked to stop. */
function endOf(consumer: Consumer, state: MemberState, stopping: AbortSignal, onRead: () => void) {
  let cleanUp = () => {};
  const ended = new Promise<Error | undefined>((resolve) => {
    const { FETCH, HEARTBEAT, GROUP_JOIN, REBALANCING, CRASH, DISCONNECT } = consumer.events;
    consumer.on(FETCH, () => {
      state.sign = performance.now();
      state.broken = null;
      onRead();
    });
    // Heartbeats go on in a consumer whose fetching has stopped; only in the middle of a batch do they mean that it lives.
    consumer.on(HEARTBEAT, () => {
      if (state.busy > 0) state.sign = performance.now();
    });
    consumer.on(REBALANCING, () => {
      state.joined = false;
      state.generation++;
    });
    consumer.on(GROUP_JOIN, ({ payload }) => {
      state.sign = performance.now();
      state.joined = true;
      state.generation++;
      state.partitions = Object.values(payload.memberAssignment).flat().sort();
      for (const partition of state.failing.keys())
        if (!state.partitions.includes(partition)) state.failing.delete(partition);
    });
    consumer.on(CRASH, ({ payload }) => resolve(payload.error));
    // A crash disconnects first and says why afterwards.
    consumer.on(DISCONNECT, () => void setTimeout(() => resolve(new Error('disconnected')), 1000));
    const watch = setInterval(
      () =>
        performance.now() - state.sign > STALL_MS &&
        resolve(new Error('no sign of life for a minute')),
      5000,
    );
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
