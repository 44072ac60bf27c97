import { expect } from 'chai';
import { describeFetchFailure } from '../../../ledger/failure.ts';
import { UpstreamError } from '../../../platform/errors.ts';

type Trigger = Parameters<typeof describeFetchFailure>[0]['trigger'];

const ended = (
  trigger: Trigger,
  status: number | null,
  { attempts = 1, isStopping = false } = {},
) => {
  const retryable = status === null || status >= 500 || status === 200;
  const error = new UpstreamError('XE: no', { retryable, ...(status !== null && { status }) });
  const { failure, retryInSeconds, breaker } = describeFetchFailure(
    { trigger, attempts },
    error,
    isStopping,
  );
  return [failure.code, retryInSeconds, breaker ? 'breaker' : 'no breaker'].join(' ');
};

describe('what follows a failed fetch', () => {
  it('is a retry of a slot after 5 minutes, 15, then every hour', () => {
    const round = (attempts: number) => ended('schedule', 503, { attempts });
    expect([round(1), round(2), round(3), round(9)]).to.deep.equal([
      'provider_unavailable 300 no breaker',
      'provider_unavailable 900 no breaker',
      'provider_unavailable 3600 no breaker',
      'provider_unavailable 3600 no breaker',
    ]);
  });

  it('is an open circuit breaker after 401, 403 and 429, for which slots and pages wait', () => {
    expect(ended('schedule', 401)).to.equal('provider_refused 300 breaker');
    expect(ended('catch-up', 403)).to.equal('provider_refused 300 breaker');
    expect(ended('backfill', 429)).to.equal('quota_exceeded 300 breaker');
  });

  it('is the end of a manual run, and of a page that XE will never return', () => {
    expect(ended('manual', null)).to.equal('provider_unavailable  no breaker');
    expect(ended('manual', 401)).to.equal('provider_refused  breaker');
    expect(ended('backfill', 400)).to.equal('provider_rejected  no breaker');
  });

  it('is a retry at once by the next producer when this one is stopped', () => {
    expect(ended('manual', null, { isStopping: true })).to.equal('interrupted 0 no breaker');
  });
});
