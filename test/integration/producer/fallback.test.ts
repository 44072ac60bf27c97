import { expect } from 'chai';
import { ledgerStatus } from '../../../ledger/status.ts';
import { eventually } from '../../support/eventually.ts';
import { pipeline } from '../../support/pipeline.ts';

const PROVIDERS = ['xe', 'openexchangerates'] as ('xe' | 'openexchangerates')[];
const SECOND = 'simulator-openexchangerates';

describe('the fallback', function () {
  this.timeout(60_000);
  let parts: Awaited<ReturnType<typeof pipeline>>;
  const start = async (config: Parameters<typeof pipeline>[0] = {}) => {
    parts = await pipeline({ config: { PROVIDERS, ...config.config } });
    await parts.setClock('2026-11-24T01:00:05Z');
    await parts.consumer();
  };
  afterEach(() => parts.stop());

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
    expect(parts.simulator.second.calls()).to.equal(1);

    parts.simulator.setFault('none');
    await goTo('2026-11-24T23:00:05Z');
    await eventually(async () => expect(await sources()).to.deep.equal(['simulator']));
    expect(await runs(SECOND)).to.have.length(1);
    expect(await parts.query('select distinct source from second_rates')).to.deep.equal([
      { source: SECOND },
    ]);
  });

  for (const fault of ['401', '429'] as const)
    it(`gets a slot at once when the first provider refuses with ${fault}`, async () => {
      await start();
      parts.simulator.setFault(fault);
      parts.producer();
      await eventually(async () => expect(await sources()).to.deep.equal([SECOND]));
      expect([parts.simulator.requests(), parts.simulator.second.calls()]).to.deep.equal([1, 1]);
    });

  it('keeps to a budget of its own', async () => {
    await start({ config: { OPENEXCHANGERATES_DAILY_BUDGET: 0 } });
    parts.simulator.setFault('401');
    parts.producer();
    await eventually(async () =>
      expect(await runs(SECOND)).to.deep.equal([{ trigger: 'fallback', state: 'failed', cost: 0 }]),
    );
    expect(parts.simulator.second.requests()).to.equal(0);
    const account = { source: SECOND, credentials: 'simulator' };
    expect((await ledgerStatus(parts.db, { ...account, dailyBudget: 0 })).spent_today).to.equal(0);
  });

  it('is not asked when the day has its rates', async () => {
    await start();
    parts.producer();
    await eventually(async () => expect(await sources()).to.deep.equal(['simulator']));
    parts.simulator.setFault('503');
    await goTo('2026-11-24T23:00:05Z');
    await eventually(async () => expect(parts.simulator.requests()).to.equal(4));
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
    expect(parts.simulator.second.calls()).to.equal(1);
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
});
