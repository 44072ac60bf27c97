import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import sinon from 'sinon';
import { closeBreaker } from '../../../ledger/breaker.ts';
import { SIMULATOR } from '../../../ledger/credentials.ts';
import { listRuns } from '../../../ledger/run-history.ts';
import { ledgerStatus } from '../../../ledger/status.ts';
import type { Fault } from '../../../platform/simulated-fault.ts';
import { xe } from '../../../producer/providers/xe/client.ts';
import { startSimulator } from '../../../simulator/index.ts';
import { eventually } from '../../support/eventually.ts';
import { pipeline, SEVEN } from '../../support/pipeline.ts';
import { quiet } from '../../support/quiet.ts';

const NOW = '2026-11-24T01:00:05Z';

/** The outcome of a run's first attempt: requests to XE, state, rates spent and the reason. */
interface Expected {
  requests: number;
  state: 'retrying' | 'failed' | 'confirmed';
  cost: number;
  reason: RegExp | null;
  rows?: number;
  breaker?: string;
}
const refused = (status: number, until: string): Expected => ({
  requests: 1,
  state: 'retrying',
  cost: 0,
  reason: new RegExp(`XE: expected status 200, got ${status}: .*message`),
  breaker: until,
});
const twice = (reason: RegExp): Expected => ({ requests: 2, state: 'retrying', cost: 14, reason });

const TABLE: Partial<Record<Fault, Expected>> = {
  '304': { requests: 1, state: 'retrying', cost: 0, reason: /expected status 200, got 304/ },
  '401': refused(401, '2026-11-24T02:00:05Z'),
  '403': refused(403, '2026-11-24T02:00:05Z'),
  '404': { requests: 1, state: 'retrying', cost: 0, reason: /got 404: .*Not found/ },
  '429': refused(429, '2026-11-24T01:02:05Z'),
  '429-seconds': refused(429, '2026-11-24T01:02:05Z'),
  '429-date': refused(429, '2026-11-24T01:02:05Z'),
  '500': {
    requests: 3,
    state: 'retrying',
    cost: 0,
    reason: /got 500: .*An unexpected error occurred/,
  },
  '502': { requests: 3, state: 'retrying', cost: 0, reason: /got 502: <html>/ },
  '503': { requests: 3, state: 'retrying', cost: 0, reason: /got 503: <html>/ },
  reset: { requests: 2, state: 'retrying', cost: 14, reason: /broke off/ },
  html: twice(/expected JSON, got "<html>/),
  truncated: twice(/expected JSON, got/),
  empty: twice(/expected JSON, got ""/),
  'gzip-bomb': twice(/is longer than 256 KiB/),
  'error-200': twice(/error 9200: "An error with status 200"/),
  redirect: { requests: 1, state: 'retrying', cost: 0, reason: /expected status 200, got 302/ },
  'missing-currency': { requests: 1, state: 'confirmed', cost: 6, reason: null, rows: 6 },
  'extra-currency': { requests: 1, state: 'confirmed', cost: 8, reason: null, rows: 7 },
  'duplicate-currency': twice(/expected each currency once, got NGN twice/),
  'wrong-base': twice(/expected rates from USD, got "EUR"/),
  'mid-zero': twice(/above 0 for NGN, got 0\.0000000000/),
  'mid-negative': twice(/above 0 for NGN, got -1/),
  'mid-nan': twice(/above 0 for NGN, got "NaN"/),
  'mid-null': twice(/above 0 for NGN, got null/),
  'mid-string': twice(/above 0 for NGN, got "\d/),
  'mid-1e308': twice(/above 0 for NGN, got 1e308/),
  future: twice(/at most a day ahead/),
};

describe('a response of XE', function () {
  this.timeout(60_000);
  let parts: Awaited<ReturnType<typeof pipeline>>;
  beforeEach(async () => {
    parts = await pipeline();
    await parts.setClock(NOW);
    await parts.consumer();
  });
  afterEach(() => parts.stop());
  const firstRun = async () => (await listRuns(parts.db, { limit: 10 }))[0];
  const rows = async () =>
    Number(
      (await parts.query<{ count: string }>('select count(*) from rate_observations'))[0]?.count,
    );

  for (const [fault, expected] of Object.entries(TABLE)) {
    it(`with the fault ${fault} stores no wrong rate and records the reason`, async () => {
      if (expected.rows) await parts.startClock(NOW);
      parts.simulator.setFault(fault as Fault);
      parts.producer();
      await eventually(async () => {
        const run = await firstRun();
        expect(run?.ended_at).to.not.equal(null);
        expect(run?.state).to.equal(expected.state);
      });
      const run = await firstRun();
      if (expected.reason) expect(run?.reason).to.match(expected.reason);
      else expect(run).to.include({ reason: null, partial: expected.rows !== 7 });
      expect(parts.simulator.requests(), 'requests').to.equal(expected.requests);
      expect(run?.cost, 'cost').to.equal(expected.cost);
      expect(await rows(), 'rows').to.equal(expected.rows ?? 0);
      const { breaker } = await ledgerStatus(parts.db, { ...SIMULATOR, dailyBudget: 100 });
      expect(breaker?.open_until ?? null).to.equal(expected.breaker ?? null);
    });
  }

  it('that takes long extends the lease, so that no other producer claims the run', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      parts.simulator.setFault('hang');
      parts.producer();
      await eventually(async () => expect(parts.simulator.requests()).to.equal(1));
      for (const [at, lease] of [
        ['2026-11-24T01:00:15Z', '2026-11-24T01:00:30Z'],
        ['2026-11-24T01:00:29Z', '2026-11-24T01:00:44Z'],
        ['2026-11-24T01:00:43Z', '2026-11-24T01:00:58Z'],
      ] as const) {
        await parts.setClock(at);
        clock.tick(5000);
        await eventually(async () =>
          expect(await parts.query('select state, lease_until from runs')).to.deep.equal([
            { state: 'claimed', lease_until: lease },
          ]),
        );
        expect(
          await parts.ledger.claim({
            claimedBy: 'another',
            seen: [],
            backfillOnly: false,
            slotsLeft: 0,
          }),
        ).to.equal(null);
      }
      expect(parts.simulator.requests()).to.equal(1);
    } finally {
      clock.restore();
    }
  });

  it('that rejects a currency leads to a second request without it', async () => {
    await parts.startClock(NOW);
    parts.simulator.setFault('unknown-currency', 1);
    parts.producer();
    await eventually(async () =>
      expect(await firstRun()).to.include({ state: 'confirmed', partial: true, cost: 6 }),
    );
    expect((await firstRun())?.missing).to.deep.equal(['NGN']);
    expect([parts.simulator.requests(), await rows()]).to.deep.equal([2, 6]);
  });

  it('with an old timestamp is stored under the day of that timestamp', async () => {
    await parts.startClock(NOW);
    parts.simulator.setFault('stale');
    parts.producer();
    await eventually(async () => expect((await firstRun())?.state).to.equal('confirmed'));
    expect(await parts.query('select distinct rate_date from daily_rates')).to.deep.equal([
      { rate_date: '2026-11-23' },
    ]);
  });

  it('429 opens the breaker: triggers fail, slots wait, and an operator can close it', async () => {
    parts.simulator.setFault('429', 1);
    parts.producer();
    // The slot is due before the first attempt, too; only the response opens the breaker.
    await eventually(async () => expect((await firstRun())?.reason).to.match(/got 429/));
    await parts.setClock('2026-11-24T01:00:10Z');
    await parts.requests.request();
    await eventually(async () =>
      expect(await firstRun()).to.include({ trigger: 'manual', state: 'failed' }),
    );
    expect((await firstRun())?.reason).to.match(
      /breaker is open until 2026-11-24 01:02:05 UTC: XE: .*got 429.*status -- --close-breaker/,
    );
    await parts.setClock('2026-11-24T01:01:30Z');
    expect(parts.simulator.requests()).to.equal(1);
    expect(await closeBreaker(parts.db, SIMULATOR)).to.equal(true);
    await eventually(async () =>
      expect(await parts.query('select state from runs where slot is not null')).to.deep.equal([
        { state: 'confirmed' },
      ]),
    );
    expect(parts.simulator.requests()).to.equal(2);
  });

  it('has its quota headers and package stored for the run and the status', async () => {
    await parts.startClock(NOW);
    parts.producer();
    await eventually(async () =>
      expect(await firstRun()).to.include({
        state: 'confirmed',
        package: 'SIMULATOR_LIVE_NO_REAL_DATA',
      }),
    );
    const { quota } = await ledgerStatus(parts.db, { ...SIMULATOR, dailyBudget: 100 });
    expect(quota).to.include({
      package: 'SIMULATOR_LIVE_NO_REAL_DATA',
      quota_limit: '10000',
      quota_remaining: '9993',
    });
    expect(quota?.quota_resets_at).to.equal('2026-12-01T00:00:00Z');
  });
});

describe('a response of XE that never arrives', () => {
  for (const fault of ['drip', 'hang'] as const) {
    it(`is requested three times, each is billed, nothing is stored: ${fault}`, async () => {
      const parts = await pipeline({ xeDeadlineMs: 300 });
      try {
        await parts.setClock(NOW);
        parts.simulator.setFault(fault);
        parts.producer();
        const run = await eventually(async () => {
          const [newest] = await listRuns(parts.db, { limit: 1 });
          expect(newest?.ended_at).to.be.a('string');
          return newest;
        });
        expect(run).to.include({ state: 'retrying', attempts: 1, cost: 21 });
        expect(run?.reason).to.match(
          /expected a response from 127\.0\.0\.1:\d+ within 0\.3 s, got none/,
        );
        expect(parts.simulator.requests()).to.equal(3);
        expect(await parts.query('select from rate_observations')).to.deep.equal([]);
      } finally {
        await parts.stop();
      }
    });
  }

  it('times out after ten seconds by default, three times', async () => {
    const credentials = { accountId: 'test', apiKey: randomUUID() };
    const simulator = await startSimulator({ mode: 'live', ...credentials, fault: 'hang' });
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // Real I/O goes on while the clock is stopped.
    const until = async (holds: () => boolean) => {
      while (!holds()) await new Promise((resolve) => setImmediate(resolve));
    };
    try {
      const client = xe.open({
        baseUrl: simulator.url,
        credentials: [credentials.accountId, credentials.apiKey],
        simulatedAs: 'simulator',
        log: quiet,
      });
      let failure: Error | null = null;
      let tries = 1;
      void client
        .fetchRates(
          { currencies: SEVEN, now: NOW, days: null },
          {
            signal: new AbortController().signal,
            mayRetry: () => Promise.resolve(++tries > 0),
          },
        )
        .catch((error: Error) => {
          failure = error;
        });
      for (let n = 1; n <= 3; n++) {
        await until(() => simulator.requests() === n);
        await clock.tickAsync(9_999);
        expect([tries, failure, clock.countTimers()]).to.deep.equal([n, null, 1]);
        await clock.tickAsync(1);
        await until(() => failure !== null || clock.countTimers() === 1);
        if (n < 3) await clock.nextAsync();
      }
      expect(failure)
        .to.have.property('message')
        .that.matches(/within 10 s, got none/);
    } finally {
      clock.restore();
      await simulator.stop();
    }
  });
});
