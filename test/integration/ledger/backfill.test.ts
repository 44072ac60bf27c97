import axios from 'axios';
import { expect } from 'chai';
import { backfillProgress, costOf, fileBackfill, planBackfill } from '../../../ledger/backfill.ts';
import { testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { startLedgerClock } from '../../support/ledger-clock.ts';
import { pipeline, SEVEN } from '../../support/pipeline.ts';
import { type Command, command, dataDir, freePort, get } from '../../support/process.ts';

const SOURCE = 'simulator' as const;

describe('a backfill', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  beforeEach(async () => {
    parts = await pipeline({ dailyBudget: 14 });
    await parts.startClock('2026-11-24T01:00:05Z');
    await parts.consumer();
  });
  afterEach(() => parts.stop());
  const plan = async (range: { first?: string; last?: string; missing?: boolean }) =>
    (await planBackfill(parts.db, { source: SOURCE, currencies: SEVEN, missing: false, ...range }))
      .pages;
  const page = (first: string, last: string, currencies = SEVEN) => ({ first, last, currencies });
  const skipSlot = () =>
    parts.query(
      `insert into runs (source, trigger, slot, state, currencies)
       values ('simulator', 'schedule', '2026-11-24T01:00:00Z', 'skipped', '{KES}')`,
    );
  const states = async () =>
    (await parts.query<{ state: string }>("select state from runs where trigger = 'backfill'")).map(
      ({ state }) => state,
    );

  it('stores every day once, with all digits, outside the daily budget', async () => {
    const pages = await plan({ first: '2026-08-01', last: '2026-12-31' });
    expect(pages).to.deep.equal([
      page('2026-08-01', '2026-09-19'),
      page('2026-09-20', '2026-11-08'),
      page('2026-11-09', '2026-11-23'),
    ]);
    await fileBackfill(parts.db, { source: SOURCE, pages });
    parts.producer();
    await eventually(async () =>
      expect(await states()).to.deep.equal(['confirmed', 'confirmed', 'confirmed']),
    );
    const [sum] = await parts.query(
      `select count(*)::int as rates, count(distinct rate_date)::int as days,
              min(scale(mid)) as digits
       from daily_rates`,
    );
    expect(sum).to.deep.equal({ rates: 116 * 7, days: 116, digits: 10 });
    expect(await parts.query('select count(*)::int from stream_records')).to.deep.equal([
      { count: 116 * 7 },
    ]);
    expect(parts.simulator.ratesServed()).to.equal(116 * 7);
    expect(await parts.query('select state from runs where slot is not null')).to.deep.equal([
      { state: 'confirmed' },
    ]);
  });

  it('finds days without a rate, except those of an unfinished backfill', async () => {
    await fileBackfill(parts.db, {
      source: SOURCE,
      pages: await plan({ first: '2026-11-01', last: '2026-11-20' }),
    });
    expect(await plan({ first: '2026-11-01' })).to.deep.equal([page('2026-11-21', '2026-11-23')]);
    parts.producer();
    await eventually(async () => expect(await states()).to.deep.equal(['confirmed']));
    await parts.query(
      `delete from daily_rates
       where rate_date = '2026-11-05' or rate_date = '2026-11-09' and quote_currency = 'KES'`,
    );
    expect(await plan({ missing: true })).to.deep.equal([
      page('2026-11-05', '2026-11-05'),
      page('2026-11-09', '2026-11-09', ['KES']),
      page('2026-11-21', '2026-11-23'),
    ]);
  });

  for (const state of ['due', 'claimed', 'fetched', 'published', 'retrying'])
    it(`counts a ${state} page as open although its last attempt failed before`, async () => {
      const pages = await plan({ first: '2026-01-01', last: '2026-01-03' });
      await fileBackfill(parts.db, { source: SOURCE, pages });
      await parts.query(
        `update runs set state = ?, ended_at = ledger_now() - interval '1 hour'
         where trigger = 'backfill'`,
        [state],
      );
      const [{ now } = { now: '' }] = await parts.query<{ now: string }>(
        'select ledger_now() as now',
      );
      expect(await backfillProgress(parts.db, SOURCE, now)).to.include({ pages: 1, open: 1 });
    });

  it('fetches only the missing pairs after a currency was added', async () => {
    await parts.query(`insert into daily_rates
      select day, 'USD', 'KES', 'simulator', 129, day, day, gen_random_uuid()
      from generate_series(timestamptz '2026-11-01', '2026-11-20', '1 day') as day`);
    const { pages } = await planBackfill(parts.db, {
      ...{ source: SOURCE, currencies: ['KES', 'NGN'], missing: true },
      ...{ first: '2026-11-01', last: '2026-11-22' },
    });
    expect(pages).to.deep.equal([
      page('2026-11-01', '2026-11-20', ['NGN']),
      page('2026-11-21', '2026-11-22', ['KES', 'NGN']),
    ]);
    expect(costOf(pages)).to.equal(24);
  });

  it('skips and counts days whose stored rate is newer than the historic one', async () => {
    await parts.query(`insert into daily_rates values
      ('2026-11-02', 'USD', 'KES', 'simulator', 129, '2026-11-02T23:00Z', now(),
       gen_random_uuid()),
      ('2026-11-03', 'USD', 'KES', 'simulator', 129, '2026-11-03T00:00Z', now(),
       gen_random_uuid())`);
    const range = { first: '2026-11-01', last: '2026-11-03' };
    const settings = { source: SOURCE, currencies: ['KES'], missing: false };
    expect(await planBackfill(parts.db, { ...settings, ...range })).to.deep.equal({
      pages: [page('2026-11-01', '2026-11-01', ['KES']), page('2026-11-03', '2026-11-03', ['KES'])],
      daysWithLaterRates: 1,
    });
  });

  it('never costs more than accepted: an unusable page is not fetched again', async () => {
    parts.simulator.setFault('html', 2);
    await fileBackfill(parts.db, {
      source: SOURCE,
      pages: [page('2026-11-01', '2026-11-02')],
    });
    await skipSlot();
    parts.producer();
    await eventually(async () =>
      expect(
        await parts.query('select from runs where attempts = 1 and ended_at is not null'),
      ).to.have.length(1),
    );
    expect(await states()).to.deep.equal(['retrying']);
    await parts.setClock('2026-11-24T01:10:00Z');
    parts.producer();
    await eventually(async () =>
      expect(
        await parts.query("select state, error from runs where trigger = 'backfill'"),
      ).to.deep.equal([
        {
          state: 'failed',
          error: 'refused: 14 rates were accepted as the cost, 14 are used, and this page costs 14',
        },
      ]),
    );
    // No retry within the attempt either: that would have cost 28 of the 14.
    expect(parts.simulator.requests()).to.equal(1);
  });

  // Open Exchange Rates does not say when its package is renewed.
  for (const [seen, name] of [
    ["'2026-12-01', null", 'until its reset'],
    ['null, ledger_now()', 'with no reset known'],
  ])
    it(`fetches nothing when the package has too few rates left, ${name}`, async () => {
      await parts.query(
        `insert into quotas (source, credentials, quota_remaining, quota_resets_at, account_seen_at)
         values ('simulator', 'simulator', 6, ${seen})`,
      );
      await fileBackfill(parts.db, {
        source: SOURCE,
        pages: [page('2026-11-01', '2026-11-01')],
      });
      await skipSlot();
      parts.producer();
      await eventually(async () => expect(await states()).to.deep.equal(['failed']));
      expect(parts.simulator.requests()).to.equal(0);
    });

  it('does not trust a quota for ever that names no reset', async () => {
    await parts.query(
      `insert into quotas (source, credentials, quota_remaining, account_seen_at)
       values ('simulator', 'simulator', 6, ledger_now() - interval '25 hours')`,
    );
    await fileBackfill(parts.db, { source: SOURCE, pages: [page('2026-11-01', '2026-11-01')] });
    await skipSlot();
    parts.producer();
    await eventually(async () => expect(parts.simulator.requests()).to.equal(1));
  });
});

describe('npm run backfill', function () {
  this.timeout(120_000);
  let running: Command | undefined;
  afterEach(async () => {
    running?.kill('SIGKILL');
    await running?.exited;
  });

  it('prints the cost, requires --yes, and survives kill -9 without duplicates', async () => {
    const database = await testDatabase();
    try {
      const settings = { DATABASE_URL: database.url };
      const days = ['--from', '2026-01-01', '--to', '2026-09-30'];
      running = command('backfill', settings, days);
      expect(await running.exited).to.equal(1);
      expect(running.output())
        .to.match(/273 days: 1911 rates, simulated/)
        .and.match(/pass --yes/);
      running = command('backfill', settings, [...days, '--yes']);
      const confirmed = async () =>
        Number(
          (await database.query("select count(*) from runs where state = 'confirmed'"))[0]?.[
            'count'
          ],
        );
      await eventually(async () => expect(await confirmed()).to.be.above(0));
      running.kill('SIGKILL');
      await running.exited;
      // The lease of the killed process expires, and its consumer counts as dead after 20 s of
      // silence.
      await database.query(
        "update runs set lease_until = '-infinity' where state in ('claimed', 'fetched')",
      );
      await database.query("update services set seen_at = now() - interval '15 seconds'");
      running = command('backfill', settings, [...days, '--missing', '--yes', '--json']);
      expect(await running.exited, running.output()).to.equal(0);
      const [sum] = await database.query(
        `select (select count(*)::int from daily_rates) as days,
                (select count(*)::int from rate_observations) as observations,
                (select count(*)::int from runs) as runs`,
      );
      expect(sum).to.deep.equal({ days: 1911, observations: 1911, runs: 6 });
    } finally {
      running?.kill('SIGKILL');
      await running?.exited;
      await database.drop();
    }
  });

  it('resumes at once when it is run again after an outage of XE', async () => {
    const database = await testDatabase();
    try {
      const days = ['--from', '2026-01-01', '--to', '2026-01-03', '--yes'];
      running = command('backfill', { DATABASE_URL: database.url, SIMULATOR_FAULT: '503' }, days);
      expect(await running.exited).to.equal(1);
      expect(running.output()).to.match(/0 of 1 pages stored.*: XE: expected status 200, got 503/);
      running = command('backfill', { DATABASE_URL: database.url }, ['--missing', '--yes']);
      expect(await running.exited, running.output()).to.equal(0);
      expect(running.output()).to.match(/1 of 1 pages stored, 0 failed, 21 rates paid/);
      running = command('backfill', { DATABASE_URL: database.url }, [...days, '--missing']);
      expect(await running.exited, 'with nothing left to do').to.equal(0);
      expect(running.output()).to.match(/0 of 0 pages stored, 0 failed, 0 rates paid/);
    } finally {
      running?.kill('SIGKILL');
      await running?.exited;
      await database.drop();
    }
  });

  it('asks the provider that --provider names, at its price', async () => {
    const database = await testDatabase();
    try {
      const settings = { DATABASE_URL: database.url, PROVIDERS: 'xe,openexchangerates' };
      const days = ['--from', '2026-01-01', '--to', '2026-01-03', '--yes'];
      running = command('backfill', settings, [...days, '--provider', 'central-bank']);
      expect(await running.exited).to.equal(2);
      expect(running.output()).to.match(/central-bank is not among PROVIDERS \(xe,openexch/);
      running = command('backfill', settings, [...days, '--provider', 'openexchangerates']);
      expect(await running.exited, running.output()).to.equal(0);
      expect(running.output()).to.match(/3 days: 3 calls, simulated/);
      expect(running.output()).to.match(/3 of 3 pages stored, 0 failed, 3 calls paid/);
      expect(
        await database.query(
          `select source, count(*)::int as rates, count(distinct rate_date)::int as days
           from daily_rates group by source`,
        ),
      ).to.deep.equal([{ source: 'simulator-openexchangerates', rates: 21, days: 3 }]);
    } finally {
      running?.kill('SIGKILL');
      await running?.exited;
      await database.drop();
    }
  });

  it('gives up a page that XE rejects, and the next backfill is not blocked by it', async () => {
    const database = await testDatabase();
    try {
      const days = (from: string, to: string) => ['--from', from, '--to', to, '--yes'];
      running = command(
        'backfill',
        { DATABASE_URL: database.url },
        days('1990-01-01', '1990-01-03'),
      );
      expect(await running.exited).to.equal(1);
      expect(running.output()).to.match(
        /0 of 1 pages stored, 1 failed, 0 rates paid: XE: expected status 200, got 400/,
      );
      running = command(
        'backfill',
        { DATABASE_URL: database.url },
        days('2026-01-01', '2026-01-02'),
      );
      expect(await running.exited, running.output()).to.equal(0);
    } finally {
      running?.kill('SIGKILL');
      await running?.exited;
      await database.drop();
    }
  });

  it('runs once at the first start, for 400 days, never with real credentials', async () => {
    const database = await testDatabase();
    const data = dataDir();
    try {
      const port = String(await freePort());
      // At noon the latest due slot is one of today, whenever this test runs.
      await startLedgerClock(database, `${new Date().toISOString().slice(0, 10)}T12:00:00Z`);
      const settings = {
        DATABASE_URL: database.url,
        PORT: port,
        DATA_DIR: data.dir,
        UPDATE_COOLDOWN_SECONDS: '0',
      };
      const real = { XE_ACCOUNT_ID: 'a', XE_API_KEY: 'k', XE_BASE_URL: 'http://127.0.0.1:9/v1/' };
      running = command('start', { ...settings, ...real });
      await eventually(async () =>
        expect(await database.query('select 1 from runs where error is not null')).to.have.length(
          1,
        ),
      );
      running.kill('SIGKILL');
      await running.exited;
      expect(await database.query('select * from backfills')).to.deep.equal([]);
      running = command('start', settings);
      await eventually(async () =>
        expect(
          await database.query(
            'select count(distinct rate_date)::int as days, count(*)::int as rates from rates',
          ),
        ).to.deep.equal([{ days: 401, rates: 401 * 7 }]),
      );
      running.kill('SIGKILL');
      await running.exited;
      // The next start does not backfill a deleted day again. A manual run that succeeds proves
      // that the start has passed its check.
      await database.query('delete from daily_rates where rate_date < current_date - 100');
      running = command('start', settings);
      await eventually(async () =>
        expect((await get(`http://127.0.0.1:${port}/livez`))?.status).to.equal(200),
      );
      const update = await axios.post(`http://127.0.0.1:${port}/v1/rates/update`);
      expect(update.data).to.deep.equal({ success: true });
      expect(await database.query('select first_start from backfills')).to.deep.equal([
        { first_start: true },
      ]);
    } finally {
      running?.kill('SIGKILL');
      await running?.exited;
      data.remove();
      await database.drop();
    }
  });
});
