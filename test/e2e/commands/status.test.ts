import { expect } from 'chai';
import { closeBreaker, openBreaker } from '../../../ledger/breaker.ts';
import { SIMULATOR } from '../../../ledger/credentials.ts';
import { keepQuota } from '../../../ledger/quota.ts';
import { findRun, listRuns, type RunKey } from '../../../ledger/run-history.ts';
import { ledgerStatus } from '../../../ledger/status.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { command } from '../../support/process.ts';

const NOW = '2026-11-24T12:00:00Z';

describe('the status of the ledger', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
    await database.query(
      `create or replace function ledger_now() returns timestamptz language sql volatile
       as $$ select '${NOW}'::timestamptz $$`,
    );
  });
  afterEach(() => database.drop());
  const status = () => ledgerStatus(database.db, { ...SIMULATOR, dailyBudget: 100 });
  const run = (columns: Record<string, unknown>) =>
    database
      .db('runs')
      .insert({ source: 'simulator', trigger: 'schedule', currencies: ['KES'], ...columns });

  it('is empty for an empty ledger', async () => {
    expect(await status()).to.deep.equal({
      source: 'simulator',
      now: NOW,
      spent_today: 0,
      open_count: 0,
      daily_budget: 100,
      newest: null,
      last_slot: null,
      troubled_slots: [],
      open_runs: [],
      quota: null,
      breaker: null,
      backfill: null,
    });
  });

  it('has the last slot, failed slots with reasons, open runs, and what was spent', async () => {
    await run({
      slot: '2026-11-01T01:00:00Z',
      state: 'skipped',
      skipped_to: '2026-11-20T01:00:00Z',
      skipped_count: 40,
      error: 'missed',
    });
    await run({ slot: '2026-11-23T23:00:00Z', state: 'failed', error: 'XE: has refused' });
    await run({ slot: '2026-11-24T01:00:00Z', state: 'confirmed', cost: 7, cost_at: NOW });
    await run({ trigger: 'manual', state: 'published' });
    await run({ trigger: 'backfill', state: 'confirmed', cost: 350, cost_at: NOW });
    const { last_slot, troubled_slots, open_runs, spent_today } = await status();
    expect(last_slot).to.include({ slot: '2026-11-24T01:00:00Z', state: 'confirmed' });
    expect(
      troubled_slots.map(({ slot, to, count, reason }) => [slot, to, count, reason]),
    ).to.deep.equal([
      ['2026-11-23T23:00:00Z', null, 1, 'XE: has refused'],
      ['2026-11-01T01:00:00Z', '2026-11-20T01:00:00Z', 40, 'missed'],
    ]);
    expect(open_runs.map(({ trigger, state }) => [trigger, state])).to.deep.equal([
      ['manual', 'published'],
    ]);
    expect(spent_today).to.equal(7);
  });

  it('has the oldest open runs, and among them a failing slot behind a backfill', async () => {
    await database.query(
      `insert into runs (source, trigger, currencies, state, asked_at, first_day, last_day)
       select 'simulator', 'backfill', '{KES}', 'due',
              timestamptz '${NOW}' - interval '2 days' + n * interval '1 second',
              date '2026-01-01', date '2026-01-02'
       from generate_series(1, 200) n`,
    );
    await database.query(
      `update runs set error = 'XE: no such day'
       where asked_at in (select asked_at from runs order by asked_at offset 30 limit 100)`,
    );
    const slot = '2026-11-24T01:00:00Z';
    await run({ slot, state: 'retrying', error: 'XE: got 503', asked_at: slot });
    await run({ trigger: 'manual', state: 'due', asked_at: NOW });
    const { open_runs, open_count } = await status();
    expect([open_count, open_runs.length]).to.deep.equal([202, 20]);
    expect(open_runs.map(({ trigger }) => trigger)).to.deep.equal([
      ...Array(19).fill('backfill'),
      'schedule',
    ]);
    expect(open_runs.at(-1)).to.include({ error: 'XE: got 503' });
    await database.query("update runs set state = 'failed' where trigger = 'schedule'");
    const errors = (await status()).open_runs.map(({ error }) => error);
    expect(errors).to.deep.equal([...Array(19).fill(null), 'XE: no such day']);
  });

  it('keeps the quota of XE; what a response leaves out stays known', async () => {
    await keepQuota(database.db, {
      ...SIMULATOR,
      seen: { package: 'FREETRIAL', quota_limit: '10000' },
      account: true,
    });
    await keepQuota(database.db, { ...SIMULATOR, seen: { quota_remaining: '9993' } });
    expect((await status()).quota).to.include({
      package: 'FREETRIAL',
      quota_limit: '10000',
      quota_remaining: '9993',
      seen_at: NOW,
    });
  });

  it('shows the circuit breaker until it closes; then waiting runs are due at once', async () => {
    const failure = { code: 'quota_exceeded', detail: { message: 'XE: too much' } } as const;
    const refused = { ...SIMULATOR, status: 429, failure };
    await openBreaker(database.db, { ...refused, until: '2026-11-24T11:00:00Z' });
    expect((await status()).breaker?.open_until, 'a minute at least').to.equal(
      '2026-11-24T12:01:00Z',
    );
    await database.query("update breakers set open_until = '2026-11-24T11:00:00Z'");
    expect((await status()).breaker).to.equal(null);
    await openBreaker(database.db, { ...refused, until: null });
    expect((await status()).breaker).to.include({
      status: 429,
      reason: 'XE: too much',
      open_until: '2026-11-24T13:00:00Z',
    });
    await run({
      slot: '2026-11-24T01:00:00Z',
      state: 'retrying',
      next_attempt_at: '2026-11-24T13:00:00Z',
      blocked_credentials: SIMULATOR.credentials,
    });
    expect(await closeBreaker(database.db, SIMULATOR)).to.equal(true);
    expect((await status()).breaker).to.equal(null);
    expect((await status()).open_runs[0]?.next_attempt_at).to.equal(NOW);
    expect(await closeBreaker(database.db, SIMULATOR)).to.equal(false);
  });

  it('fits one screen however much is wrong, and exits with 1', async () => {
    for (let day = 10; day < 24; day++)
      await run({ slot: `2026-11-${day}T01:00:00Z`, state: 'failed', error: 'XE: has refused' });
    for (let hour = 1; hour < 8; hour++)
      await run({ slot: `2026-11-24T0${hour}:00:00Z`, state: 'skipped', error: 'missed' });
    await run({
      trigger: 'manual',
      state: 'published',
      error: 'consumer behind: 5 events are still to be read',
    });
    await openBreaker(database.db, {
      ...SIMULATOR,
      status: 401,
      failure: { code: 'provider_refused', detail: { message: 'XE: no' } },
      until: null,
    });
    await database.query(`insert into dead_letters
        (topic, partition, record_offset, headers, reason, detail, record_timestamp)
      values ('t', 0, 0, '{}', 'undecodable', 'poison', now())`);
    const page = command('status', { DATABASE_URL: database.url }, ['--quiet']);
    expect(await page.exited, page.output()).to.equal(1);
    const lines = page.output().trimEnd().split('\n');
    expect(lines.length, page.output()).to.be.within(15, 22);
    for (const part of [
      /DOWN: \d+ problems, worst first/,
      /! rates: no rate is stored for NGN/,
      /! producer: not running/,
      /→ start it: npm run producer/,
      /skipped: missed/,
      /consumer behind/,
      /OPEN until/,
      /1 OPEN .npm run dlt/,
      /NOT RUNNING/,
      /and \d+ more/,
    ])
      expect(page.output()).to.match(part);
  });

  it('lists every problem with its code as JSON, the worst first', async () => {
    await openBreaker(database.db, {
      ...SIMULATOR,
      status: 401,
      failure: {
        code: 'provider_refused',
        detail: { message: 'XE: expected status 200, got 401' },
      },
      until: null,
    });
    const page = command('status', { DATABASE_URL: database.url }, ['--json', '--quiet']);
    expect(await page.exited, page.output()).to.equal(1);
    const { healthy, problems } = JSON.parse(page.output()) as {
      healthy: boolean;
      problems: { code: string; severity: string; retry_at: string | null }[];
    };
    expect(healthy).to.equal(false);
    expect(problems.map(({ code, severity }) => [code, severity])).to.deep.equal([
      ['rates_missing', 'down'],
      ['service_silent', 'down'],
      ['service_silent', 'down'],
      ['breaker_open', 'degraded'],
    ]);
    expect(problems.at(-1)?.retry_at).to.equal('2026-11-24T13:00:00Z');
  });

  it('shows every provider, and closes the breaker of the one that is named', async () => {
    const second = { source: 'simulator-openexchangerates', credentials: 'simulator' };
    for (const account of [SIMULATOR, second])
      await openBreaker(database.db, {
        ...{ ...account, status: 401, until: null },
        failure: { code: 'provider_refused', detail: { message: 'no' } },
      });
    const settings = { DATABASE_URL: database.url, PROVIDERS: 'xe,openexchangerates' };
    const show = async (...args: string[]) => {
      const page = command('status', settings, [...args, '--quiet']);
      return { code: await page.exited, output: page.output() };
    };
    const wrong = await show('--close-breaker', 'central-bank');
    expect(wrong.code).to.equal(2);
    expect(wrong.output).to.match(/central-bank is not among PROVIDERS \(xe,openexchangerates\)/);
    const { output } = await show('--close-breaker', 'openexchangerates');
    expect(output).to.match(/spent today +0 of 100 rates, Simulator/);
    expect(output).to.match(/breaker +OPEN until/);
    expect(output).to.match(
      /provider 2 +Simulator of Open Exchange Rates: spent 0 of 20 calls; .*; breaker closed/,
    );
    expect((await show('--close-breaker')).output).to.match(/breaker +closed/);
  });

  it('pages through runs, newest first, without gap or repeat', async () => {
    for (let n = 0; n < 25; n++)
      await run({
        slot: `2026-10-0${1 + (n % 9)}T0${n % 10}:00:00Z`,
        asked_at: NOW,
        state: 'skipped',
      })
        .onConflict()
        .ignore();
    const all = (await listRuns(database.db, { limit: 100 })).map(({ run_id }) => run_id);
    const paged: string[] = [];
    for (let after: RunKey | undefined; ; ) {
      const page = await listRuns(database.db, { limit: 4, ...(after && { after }) });
      paged.push(...page.map(({ run_id }) => run_id));
      after = page.at(-1);
      if (page.length < 4) break;
    }
    expect(paged).to.deep.equal(all).and.to.have.length.above(8);
  });

  it('shows a run with the response of XE, and null for an unknown run', async () => {
    await run({
      trigger: 'manual',
      state: 'confirmed',
      response_body: '{"from":"USD"}',
      missing: ['KES'],
      quota: '{"X-RateLimit-Limit":"9"}',
    });
    const [listed] = await listRuns(database.db, { limit: 1, source: 'simulator' });
    const found = await findRun(database.db, listed?.run_id as string);
    expect(found).to.include({
      ...listed,
      answer: '{"from":"USD"}',
      partial: true,
      missing: found?.missing,
      currencies: found?.currencies,
    });
    expect(found?.quota).to.deep.equal({ 'X-RateLimit-Limit': '9' });
    expect(await findRun(database.db, '00000000-0000-4000-8000-000000000000')).to.equal(null);
  });
});
