import { expect } from 'chai';
import sinon from 'sinon';
import { startWakeLoop } from '../../../platform/wake-loop.ts';
import { quiet } from '../../support/quiet.ts';

describe('a wake loop', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => clock.restore());

  it('makes its first pass at once and the next after the poll interval', async () => {
    const work = sinon.fake.resolves(null);
    const loop = startWakeLoop({ name: 'test', work, pollMs: 1000, log: quiet });
    await clock.tickAsync(999);
    expect(work.callCount).to.equal(1);
    await clock.tickAsync(1);
    expect(work.callCount).to.equal(2);
    await loop.stop();
  });

  it('makes its next pass when the last one asked for it, if that is before the poll', async () => {
    const work = sinon.fake.resolves(200);
    const loop = startWakeLoop({ name: 'test', work, pollMs: 1000, log: quiet });
    await clock.tickAsync(200);
    expect(work.callCount).to.equal(2);
    await loop.stop();
  });

  it('never runs two passes at once; wake-ups during a pass make one more', async () => {
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 10));
      running--;
      return null;
    };
    const counted = sinon.fake(work);
    const loop = startWakeLoop({ name: 'test', work: counted, pollMs: 10_000, log: quiet });
    await clock.tickAsync(1);
    for (let n = 0; n < 5; n++) loop.wake();
    await clock.tickAsync(100);
    expect({ most, passes: counted.callCount }).to.deep.equal({ most: 1, passes: 2 });
    await loop.stop();
  });

  it('backs off after a failure and reports it until a pass succeeds', async () => {
    const failure = new Error('down');
    const work = sinon.stub().rejects(failure).onCall(2).resolves(null);
    const onFailure = sinon.fake();
    const loop = startWakeLoop({
      ...{ name: 'test', work, pollMs: 60_000, onFailure, log: quiet },
      retry: { firstMs: 100, longestMs: 200 },
    });
    await clock.tickAsync(2000);
    expect(work.callCount).to.equal(3);
    expect(onFailure.args).to.deep.equal([[failure], [failure], [null]]);
    await loop.stop();
  });

  it('aborts the signal when stopped, waits for the pass and makes no other', async () => {
    const signals: AbortSignal[] = [];
    const work = (signal: AbortSignal) => {
      signals.push(signal);
      return Promise.resolve(null);
    };
    const loop = startWakeLoop({ name: 'test', work, pollMs: 1000, log: quiet });
    await clock.tickAsync(1);
    await loop.stop();
    loop.wake();
    await clock.tickAsync(5000);
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true]);
  });
});
