import axios from 'axios';
import { expect } from 'chai';
import type { Schemas } from '../../../api/schemas.ts';
import { ledgerStatus } from '../../../ledger/status.ts';
import { eventually } from '../../support/eventually.ts';
import { pipeline } from '../../support/pipeline.ts';

type Status = Schemas['Status'];
const PROVIDERS = ['xe', 'openexchangerates'] as ('xe' | 'openexchangerates')[];
const SECOND = 'simulator-openexchangerates';

describe('the fallback', function () {
  this.timeout(60_000);
  let parts: Awaited<ReturnType<typeof pipeline>>;
  const start = async (config: Parameters<typeof pipeline>[0] = {}) => {
    parts = await pipeline({ ...config, config: { PROVIDERS, ...config.config } });
    await parts.setClock('2026-11-24T01:00:05Z');
    await parts.consumer();
  };
  afterEach(() => parts.stop());

  const second = () => parts.simulator.face('openexchangerates');
  const runs = (source: string) =>
    parts.query<{ trigger: string; state: string; cost: number }>(
      'select trigger, state, cost from runs where source = ? order by asked_at',
      [source],
    );
  const sources = async () =>
    (await parts.query<{ source: string }>('select distinct source from daily_rates')).map(
      ({ source }) => source,
    );
  const goTo = async (instant: string) => {
    await parts.setClock(instant);
    await parts.query("select announce('runs')");
  };

  it('gets a slot after FALLBACK_AFTER_MINUTES, and is outranked afterwards', async () => {
    await start();
    parts.simulator.setFault('503');
    parts.producer();
    await eventually(async () => expect(parts.simulator.requests()).to.equal(3));
    await goTo('2026-11-24T01:20:00Z');
    expect(await runs(SECOND)).to.deep.equal([]);
    await goTo('2026-11-24T01:30:10Z');
    await eventually(async () =>
      expect(await runs(SECOND)).to.deep.equal([
        { trigger: 'fallback', state: 'confirmed', cost: 1 },
      ]),
    );
    expect(await sources()).to.deep.equal([SECOND]);
    expect(second().calls()).to.equal(1);

    parts.simulator.setFault('none');
    await goTo('2026-11-24T23:00:05Z');
    await eventually(async () => expect(await sources()).to.deep.equal(['simulator']));
    expect(await runs(SECOND)).to.have.length(1);
    expect(await parts.query('select distinct source from second_rates')).to.deep.equal([
      { source: SECOND },
    ]);
  });

  it('counts the time of failing over slots that come faster than it', async () => {
    await start({ cron: '*/20 * * * *' });
    parts.simulator.setFault('503');
    parts.producer();
    for (const [time, requests] of [
      ['01:00:06', [3]],
      // 3 more where the producer wakes between two clocks, and retries the slot before first.
      ['01:20:05', [6, 9]],
      ['01:30:10', [9, 12]],
    ] as const) {
      await goTo(`2026-11-24T${time}Z`);
      await eventually(async () => {
        expect(parts.simulator.requests()).to.be.oneOf(requests);
        expect(
          await parts.query("select from runs where state = 'retrying' and source = 'simulator'"),
        ).to.have.length(1);
      });
    }
    await eventually(async () => expect(await sources()).to.deep.equal([SECOND]));
    expect(second().calls()).to.equal(1);
  });

  for (const fault of ['401', '429'] as const)
    it(`gets a slot at once when the first provider refuses with ${fault}`, async () => {
      await start();
      parts.simulator.setFault(fault);
      parts.producer();
      await eventually(async () => expect(await sources()).to.deep.equal([SECOND]));
      expect([parts.simulator.requests(), second().calls()]).to.deep.equal([1, 1]);
      const { url } = await parts.api();
      const { data } = await axios.get<{ data: Status }>(`${url}/v2/status`);
      const [first, other] = data.data.providers;
      expect(first?.breaker?.status).to.equal(Number(fault));
      expect(first).to.include({ source: 'simulator', bills: 'rates', daily_budget: 100 });
      expect(other).to.deep.include({
        ...{ source: SECOND, title: 'Simulator of Open Exchange Rates', bills: 'calls' },
        ...{ spent_today: 1, daily_budget: 20, breaker: null },
      });
    });

  it('keeps to a budget of its own', async () => {
    await start({ config: { OPENEXCHANGERATES_DAILY_BUDGET: 0 } });
    parts.simulator.setFault('401');
    parts.producer();
    await eventually(async () =>
      expect(await runs(SECOND)).to.deep.equal([{ trigger: 'fallback', state: 'failed', cost: 0 }]),
    );
    expect(second().requests()).to.equal(0);
    const account = { source: SECOND, credentials: 'simulator' };
    expect((await ledgerStatus(parts.db, { ...account, dailyBudget: 0 })).spent_today).to.equal(0);
  });

  for (const [fault, reason] of [
    ['wrong-base', /expected rates from USD, got "EUR"/],
    ['mid-string', /expected a plain decimal above 0/],
    ['mid-null', /expected a plain decimal above 0 for .*got null/],
    ['html', /expected JSON, got "<html>/],
    ['redirect', /expected status 200, got 302/],
    ['truncated', /expected JSON, got/],
    ['future', /expected a timestamp at most a day ahead/],
  ] as const)
    it(`stores nothing of a bad response (${fault}); the run has the reason`, async () => {
      await start();
      parts.simulator.setFault('401');
      second().setFault(fault);
      parts.producer();
      await eventually(async () => {
        const [run] = await parts.query<{ error: string; state: string }>(
          'select error, state from runs where source = ?',
          [SECOND],
        );
        expect(run?.state).to.equal('retrying');
        expect(run?.error)
          .to.match(/^Open Exchange Rates: /)
          .and.match(reason);
      });
      expect(await sources()).to.deep.equal([]);
      expect(await parts.query('select from rate_observations')).to.deep.equal([]);
    });

  it('is not asked when the day has its rates', async () => {
    await start();
    parts.producer();
    await eventually(async () => expect(await sources()).to.deep.equal(['simulator']));
    parts.simulator.setFault('503');
    await goTo('2026-11-24T23:00:05Z');
    await eventually(async () => {
      const slot = (await runs('simulator')).at(-1);
      expect([parts.simulator.requests(), slot?.state]).to.deep.equal([4, 'retrying']);
    });
    await goTo('2026-11-24T23:40:00Z');
    await eventually(async () => expect(parts.simulator.requests()).to.be.greaterThan(4));
    expect(await runs(SECOND)).to.deep.equal([]);
  });

  it('is asked once a day to compare, with CROSS_CHECK=daily', async () => {
    await start({ config: { CROSS_CHECK: 'daily' } });
    parts.producer();
    await eventually(async () =>
      expect(await runs(SECOND)).to.deep.equal([
        { trigger: 'cross-check', state: 'confirmed', cost: 1 },
      ]),
    );
    await goTo('2026-11-24T23:00:05Z');
    await eventually(async () => expect(parts.simulator.calls()).to.equal(2));
    expect(second().calls()).to.equal(1);
    expect(await sources()).to.deep.equal(['simulator']);
    const rows = await parts.query<{ difference: string; diverges: boolean }>(
      'select difference, diverges from rate_quality',
    );
    expect(rows).to.have.length(7);
    for (const { difference, diverges } of rows) {
      expect(Math.abs(Number(difference))).to.be.within(0, 0.02);
      expect(diverges).to.equal(Math.abs(Number(difference)) > 0.01);
    }
  });

  it('of the slot before midnight leaves the new day its cross-check', async () => {
    await start({ cron: '30 23 * * *', config: { CROSS_CHECK: 'daily' } });
    await parts.setClock('2026-11-23T23:30:05Z');
    parts.simulator.setFault('503');
    parts.producer();
    await eventually(async () => expect(parts.simulator.requests()).to.equal(3));
    await goTo('2026-11-24T00:00:10Z');
    const fallback = { trigger: 'fallback', state: 'confirmed', cost: 1 };
    await eventually(async () => expect(await runs(SECOND)).to.deep.equal([fallback]));
    parts.simulator.setFault('none');
    await goTo('2026-11-24T23:30:05Z');
    await eventually(async () =>
      expect(await runs(SECOND)).to.deep.equal([
        fallback,
        { trigger: 'cross-check', state: 'confirmed', cost: 1 },
      ]),
    );
  });
});
