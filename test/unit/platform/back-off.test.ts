import { expect } from 'chai';
import sinon from 'sinon';
import { retryUntilDone } from '../../../platform/back-off.ts';
import { StreamUnavailable } from '../../../platform/errors.ts';
import { quiet } from '../../support/quiet.ts';

describe('work that is retried until it is done', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => clock.restore());
  const options = () => ({ log: quiet, signal: new AbortController().signal });

  it('is retried through an outage', async () => {
    const work = sinon.stub().resolves('done');
    work.onCall(0).rejects(new StreamUnavailable('no broker'));
    const running = retryUntilDone('test', work, options());
    await clock.tickAsync(1000);
    expect([await running, work.callCount]).to.deep.equal(['done', 2]);
  });

  it('gives up at once on a bug, which no retry can cure', async () => {
    const bug = new TypeError('undefined is not a function');
    const work = sinon.stub().rejects(bug);
    const failure = await retryUntilDone('test', work, options()).catch((err) => err);
    expect([failure, work.callCount]).to.deep.equal([bug, 1]);
  });
});
