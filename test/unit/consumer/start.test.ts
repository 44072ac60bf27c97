import { expect } from 'chai';
import sinon from 'sinon';
import { startConsumer } from '../../../consumer/index.ts';
import type { Database } from '../../../platform/database.ts';
import { StreamUnavailable } from '../../../platform/errors.ts';
import type { Notifications } from '../../../platform/notifications.ts';
import type { EventStream } from '../../../stream/port.ts';
import { quiet } from '../../support/quiet.ts';

describe('the start of the consumer', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => clock.restore());

  /** Starts a consumer whose stream always fails, for ten minutes. */
  const failWith = async (failure: Error) => {
    const createTopic = sinon.fake.rejects(failure);
    const onGiveUp = sinon.fake();
    const consumer = startConsumer({
      db: { raw: async () => ({ rows: [] }) } as unknown as Database,
      notifications: { subscribe: () => () => {} } as unknown as Notifications,
      stream: { createTopic } as unknown as EventStream,
      topic: { topic: 't', partitions: 1, replication: 1 },
      ...{ group: 'g', schemaOf: async () => null, publishDeadLetters: null, onGiveUp, log: quiet },
    });
    await clock.tickAsync(600_000);
    const { trouble } = await consumer.health();
    await consumer.stop();
    return { tries: createTopic.callCount, reasons: onGiveUp.args.flat(), trouble };
  };

  it('waits for brokers for ever, and its health says so', async () => {
    const { tries, reasons, trouble } = await failWith(new StreamUnavailable('no broker'));
    expect(tries).to.be.above(30);
    expect([reasons, trouble]).to.deep.equal([[], 'stream: no broker']);
  });

  it('reports a broker that does not answer as such, not as Postgres', async () => {
    const positions = sinon.stub().resolves([]);
    const consumer = startConsumer({
      db: { raw: async () => ({ rows: [] }) } as unknown as Database,
      notifications: { subscribe: () => () => {} } as unknown as Notifications,
      stream: {
        createTopic: async () => {},
        positions,
        subscribe: async () => ({
          health: () => ({ trouble: null, code: null, partitions: [0] }),
          gaveUp: new Promise(() => {}),
          stop: async () => {},
        }),
      } as unknown as EventStream,
      topic: { topic: 't', partitions: 1, replication: 1 },
      ...{ group: 'g', schemaOf: async () => null, publishDeadLetters: null, log: quiet },
      onGiveUp: sinon.fake(),
    });
    await clock.tickAsync(1000);
    positions.returns(new Promise(() => {}));
    const health = consumer.health();
    await clock.tickAsync(3000);
    expect(await health).to.include({
      trouble: 'stream: no answer within 3 s',
      code: 'stream_unavailable',
    });
    const stopped = consumer.stop();
    await clock.tickAsync(3000);
    await stopped;
  });

  it('gives up after ten failures by a bug', async () => {
    const bug = new TypeError('x is not a function');
    const { tries, reasons } = await failWith(bug);
    expect([tries, reasons]).to.deep.equal([10, [bug]]);
  });
});
