import { expect } from 'chai';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import sinon from 'sinon';
import { StreamUnavailable } from '../../../platform/errors.ts';
import { openOutageLog } from '../../../platform/outage-log.ts';
import { handleKafkaBatch, type Member, type MemberState } from '../../../stream/kafka/batch.ts';
import { quiet } from '../../support/quiet.ts';

describe('a Kafka batch that fails', () => {
  let clock: sinon.SinonFakeTimers;
  let stopping: AbortController;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
    stopping = new AbortController();
  });
  afterEach(() => clock.restore());

  /** Handles one batch for ten minutes; returns why the subscription gave up, if it did. */
  const failWith = async (failure: Error) => {
    const onBatch = sinon.fake.rejects(failure);
    const giveUp = sinon.fake((_reason: Error) => stopping.abort());
    const state: MemberState = {
      ...{ broken: null, failing: new Map(), partitions: [0], generation: 1, joined: true },
      ...{ busy: 0, aliveAt: 0, giveUp },
      outage: openOutageLog({ name: 'test', log: quiet }),
    };
    const message = { offset: '0', timestamp: '0', key: null, value: Buffer.from('a') };
    const payload = {
      batch: { topic: 't', partition: 0, messages: [message], lastOffset: () => '0' },
      ...{ heartbeat: async () => {}, isRunning: () => true, isStale: () => false },
    } as unknown as EachBatchPayload;
    const consumer = { commitOffsets: sinon.fake.resolves(undefined) };
    const turn = { consumer: consumer as unknown as Consumer, payload, stopping: stopping.signal };
    const handling = handleKafkaBatch({ onBatch, log: quiet } as unknown as Member, state, turn);
    await clock.tickAsync(600_000);
    stopping.abort();
    await clock.tickAsync(1);
    await handling;
    expect(consumer.commitOffsets.callCount, 'offsets committed').to.equal(0);
    return { tries: onBatch.callCount, reasons: giveUp.args.flat() };
  };

  it('is retried for ever in an outage', async () => {
    const { tries, reasons } = await failWith(new StreamUnavailable('no broker'));
    expect(tries).to.be.above(100);
    expect(reasons).to.deep.equal([]);
  });

  it('ends the subscription after ten tries that failed by a bug', async () => {
    const bug = new TypeError('x is not a function');
    expect(await failWith(bug)).to.deep.equal({ tries: 10, reasons: [bug] });
  });
});
