import { expect } from 'chai';
import { pino } from 'pino';
import sinon from 'sinon';
import { startWakeLoop } from '../../../platform/wake-loop.ts';
import { quiet } from '../../support/quiet.ts';

const OPTIONS = { name: 'test', pollMs: 1000, onGiveUp: () => {}, log: quiet };

describe('a wake loop', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => clock.restore());

  it('makes its first pass at once and the next after the poll interval', async () => {
    const work = sinon.fake.resolves(null);
    const loop = startWakeLoop({ ...OPTIONS, work });
    await clock.tickAsync(999);
    expect(work.callCount).to.equal(1);
    await clock.tickAsync(1);
    expect(work.callCount).to.equal(2);
    await loop.stop();
  });

  it('makes its next pass when the last one asked for it, if that is before the poll', async () => {
    const work = sinon.fake.resolves(200);
    const loop = startWakeLoop({ ...OPTIONS, work });
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
    const loop = startWakeLoop({ ...OPTIONS, work: counted, pollMs: 10_000 });
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
      ...{ ...OPTIONS, work, pollMs: 60_000, onFailure },
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
    const loop = startWakeLoop({ ...OPTIONS, work });
    await clock.tickAsync(1);
    await loop.stop();
    loop.wake();
    await clock.tickAsync(5000);
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true]);
  });

  it('ends after ten failures in a row by a bug, with its stack in the log', async () => {
    const bug = new TypeError('x is not a function');
    const work = sinon.fake.rejects(bug);
    const onGiveUp = sinon.fake();
    const logged: string[] = [];
    const log = pino({ level: 'error' }, { write: (line) => void logged.push(line) });
    const loop = startWakeLoop({ ...OPTIONS, work, onGiveUp, log });
    await clock.tickAsync(600_000);
    expect(onGiveUp.args).to.deep.equal([[bug]]);
    expect(work.callCount).to.equal(10);
    expect(logged.at(-1))
      .to.match(/giving up/)
      .and.match(/wake-loop\.test\.ts:\d+/);
    await loop.stop();
  });

  it('never ends by an outage, nor by bugs between which a pass succeeds', async () => {
    const onGiveUp = sinon.fake();
    const outage = sinon.fake.rejects(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }));
    const waiting = startWakeLoop({ ...OPTIONS, work: outage, onGiveUp });
    let passes = 0;
    const work = () => (++passes % 10 === 0 ? Promise.resolve(null) : Promise.reject(new Error()));
    const recovering = startWakeLoop({ ...OPTIONS, work, onGiveUp });
    await clock.tickAsync(600_000);
    expect([outage.callCount > 50, passes > 50, onGiveUp.callCount]).to.deep.equal([true, true, 0]);
    await waiting.stop();
    await recovering.stop();
  });
});
