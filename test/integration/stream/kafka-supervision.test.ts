import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { EachBatchPayload, Kafka } from 'kafkajs';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { subscribeKafka } from '../../../stream/kafka/subscription.ts';
import type { BatchHandler, Subscription } from '../../../stream/port.ts';
import { eventually } from '../../support/eventually.ts';
import { quiet } from '../../support/quiet.ts';

const TOPIC = 'fx';

/** One consumer of `scriptedKafka`. */
interface Script {
  /** Tells an event of kafkajs. */
  emit(event: string, payload?: object): void;
  /** Is given these partitions, as after a rebalance. */
  join(...partitions: number[]): void;
  /** Delivers the record at offset 7 of a partition; settles as kafkajs sees it. */
  deliver(partition: number, heartbeat?: () => Promise<void>): Promise<void>;
  readonly committed: object[];
  readonly resolved: string[];
  disconnected: boolean;
}

/**
 * A client whose consumers do what the test says: no broker makes kafkajs fall silent, or continue
 * with what it fetched before a rebalance, when a test wants it to.
 */
function scriptedKafka(): { kafka: Kafka; consumers: Script[] } {
  const consumers: Script[] = [];
  const consumer = () => {
    const emitter = new EventEmitter();
    let eachBatch: (payload: EachBatchPayload) => Promise<void>;
    const script: Script = {
      emit: (event, payload = {}) => void emitter.emit(event, { payload }),
      join: (...partitions) =>
        script.emit('GROUP_JOIN', { memberAssignment: { [TOPIC]: partitions } }),
      deliver: (partition, heartbeat = () => Promise.resolve()) => {
        const message = {
          offset: '7',
          timestamp: '0',
          key: null,
          value: Buffer.from('x'),
          headers: {},
        };
        const batch = { topic: TOPIC, partition, messages: [message], lastOffset: () => '7' };
        const resolveOffset = (offset: string) => void script.resolved.push(offset);
        return eachBatch({
          batch,
          heartbeat,
          isRunning: () => true,
          isStale: () => false,
          resolveOffset,
        } as unknown as EachBatchPayload);
      },
      committed: [],
      resolved: [],
      disconnected: false,
    };
    const names = ['FETCH', 'HEARTBEAT', 'GROUP_JOIN', 'REBALANCING', 'CRASH', 'DISCONNECT'];
    return {
      events: Object.fromEntries(names.map((name) => [name, name])),
      on: (event: string, listener: () => void) => emitter.on(event, listener),
      connect: () => Promise.resolve(),
      subscribe: () => Promise.resolve(),
      run: (how: { eachBatch: typeof eachBatch }) => {
        ({ eachBatch } = how);
        consumers.push(script);
        return Promise.resolve();
      },
      commitOffsets: (offsets: object[]) => Promise.resolve(void script.committed.push(...offsets)),
      disconnect: () => {
        script.disconnected = true;
        return Promise.resolve();
      },
    };
  };
  return { kafka: { consumer } as unknown as Kafka, consumers };
}

describe('the supervised consumer on Kafka', () => {
  let clock: SinonFakeTimers;
  let subscription: Subscription;
  let consumers: Script[];
  /** A member that reads, and its first consumer. */
  const started = async (onBatch: BatchHandler): Promise<Script> => {
    const scripted = scriptedKafka();
    ({ consumers } = scripted);
    subscription = await subscribeKafka({
      kafka: scripted.kafka,
      log: quiet,
      topic: TOPIC,
      group: 'g',
      onBatch,
    });
    return nthConsumer(1);
  };
  const nthConsumer = (n: number) =>
    eventually(() => {
      expect(consumers).to.have.length(n);
      return consumers[n - 1] as Script;
    });
  /** Advances the monotonic clock and the intervals, and resolves when all that is due is done. */
  const pass = async (seconds: number) => {
    await clock.tickAsync(seconds * 1000);
    await turn();
  };

  beforeEach(() => {
    clock = useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  });
  afterEach(async () => {
    clock.restore();
    await subscription.stop();
  });

  describe('when kafkajs brings a batch', () => {
    it('commits its last offset once it is done', async () => {
      const consumer = await started(() => Promise.resolve());
      consumer.join(0, 1);
      await consumer.deliver(1);
      expect(consumer.resolved).to.deep.equal(['7']);
      expect(consumer.committed).to.deep.equal([{ topic: TOPIC, partition: 1, offset: '8' }]);
    });

    it('skips it when the partition has moved to another member', async () => {
      let handled = 0;
      const consumer = await started(() => Promise.resolve(void handled++));
      consumer.join(0, 1);
      consumer.emit('REBALANCING');
      consumer.join(1);
      await consumer.deliver(0);
      expect([handled, consumer.committed, consumer.resolved]).to.deep.equal([0, [], []]);
      await consumer.deliver(1);
      expect([handled, consumer.committed]).to.deep.equal([
        1,
        [{ topic: TOPIC, partition: 1, offset: '8' }],
      ]);
    });

    it('skips it during a rebalance', async () => {
      let handled = 0;
      const consumer = await started(() => Promise.resolve(void handled++));
      consumer.join(0);
      consumer.emit('REBALANCING');
      await consumer.deliver(0);
      expect([handled, consumer.committed, consumer.resolved]).to.deep.equal([0, [], []]);
    });

    it('does not commit it after a rebalance, even with the same partitions', async () => {
      const consumer = await started(() => Promise.resolve(consumer.join(0)));
      consumer.join(0);
      await consumer.deliver(0);
      expect([consumer.committed, consumer.resolved]).to.deep.equal([[], []]);
    });

    it('does not retry it when it failed and a rebalance began', async () => {
      let tried = 0;
      const consumer = await started(() => {
        tried++;
        consumer.emit('REBALANCING');
        return Promise.reject(new Error('the table is away'));
      });
      consumer.join(0);
      await consumer.deliver(0);
      expect([tried, consumer.committed, consumer.resolved]).to.deep.equal([1, [], []]);
    });

    it('rethrows the loss of its session to kafkajs and does not commit', async () => {
      const consumer = await started(() => pass(4));
      consumer.join(0);
      const expelled = new Error('The coordinator is not aware of this member');
      const ending = await consumer
        .deliver(0, () => Promise.reject(expelled))
        .then(
          () => 'done',
          (error: unknown) => error,
        );
      expect([ending, consumer.committed, consumer.resolved]).to.deep.equal([expelled, [], []]);
    });
  });

  describe('and its signs of life', () => {
    it('is unhealthy after 20 s without one, and rebuilt after a minute', async () => {
      const consumer = await started(() => Promise.resolve());
      consumer.join(0);
      await pass(20);
      expect(subscription.health()).to.deep.equal({ trouble: null, code: null, partitions: [0] });
      await pass(10);
      expect(subscription.health().trouble).to.equal('kafka: no sign of life for 30 s');
      await pass(30);
      expect([consumer.disconnected, consumers.length]).to.deep.equal([false, 1]);
      await pass(5);
      expect(consumer.disconnected).to.equal(true);
      const next = await nthConsumer(2);
      expect(subscription.health()).to.deep.equal({
        trouble: 'kafka: no sign of life for a minute',
        code: 'stream_unavailable',
        partitions: [],
      });
      await pass(60);
      expect(
        [next.disconnected, consumers.length],
        'it is given a minute of its own',
      ).to.deep.equal([false, 2]);
      next.join(0);
      next.emit('FETCH');
      expect(subscription.health()).to.deep.equal({ trouble: null, code: null, partitions: [0] });
    });

    it('counts every fetch, however little there is to read', async () => {
      const consumer = await started(() => Promise.resolve());
      consumer.join(0);
      for (let minute = 0; minute < 5; minute++) {
        await pass(50);
        consumer.emit('FETCH');
      }
      expect([consumer.disconnected, subscription.health().trouble]).to.deep.equal([false, null]);
    });

    it('counts no heartbeat while nothing is fetched', async () => {
      const consumer = await started(() => Promise.resolve());
      consumer.join(0);
      for (let second = 0; second < 66; second += 3) {
        await pass(3);
        consumer.emit('HEARTBEAT');
      }
      expect(consumer.disconnected).to.equal(true);
      await nthConsumer(2);
    });

    it('counts every heartbeat during a batch, however long it lasts', async () => {
      let done = () => {};
      const working = new Promise<void>((resolve) => {
        done = resolve;
      });
      const consumer = await started(() => working);
      consumer.join(0);
      const batch = consumer.deliver(0, () => Promise.resolve(consumer.emit('HEARTBEAT')));
      await pass(300);
      expect([consumer.disconnected, subscription.health().trouble]).to.deep.equal([false, null]);
      done();
      await batch;
      expect(consumer.committed).to.deep.equal([{ topic: TOPIC, partition: 0, offset: '8' }]);
    });
  });
});
