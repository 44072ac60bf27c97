import { expect } from 'chai';
import { describeFailure } from '../../../ledger/failure.ts';
import type { FailedRun } from '../../../ledger/health.ts';
import type { ProviderStatus, SlotState } from '../../../ledger/status.ts';
import type { Heartbeat } from '../../../platform/heartbeat.ts';
import { formatProblems, formatVerdict, judge, type Problem } from '../../../tools/problems.ts';
import { findProblems, preferProducer } from '../../../tools/status.ts';

const NOW = '2026-11-24T12:00:00Z';
const SETTINGS: Parameters<typeof findProblems>[1] = {
  ...{ CURRENCIES: ['KES', 'NGN'], SCHEDULE: '0 1,23 * * *', SCHEDULE_TZ: 'UTC' },
  PROVIDERS: ['xe', 'openexchangerates'],
};
const FIRST: ProviderStatus = {
  ...{ source: 'xe', title: 'XE', bills: 'rates', spent_today: 2, daily_budget: 100 },
  ...{ quota: null, breaker: null },
};
const SECOND: ProviderStatus = {
  ...{ ...FIRST, source: 'openexchangerates', title: 'Open Exchange Rates', bills: 'calls' },
  ...{ spent_today: 0, daily_budget: 20 },
};

const beat = (service: string, more: Partial<Heartbeat> = {}): Heartbeat => ({
  service,
  instance: 'host/1/a',
  seen_seconds_ago: 1,
  health: { trouble: null, code: null },
  settings: {},
  ...more,
});
const slot = (more: Partial<SlotState>): SlotState => ({
  ...{ run_id: 'r', slot: '2026-11-24T01:00:00Z', to: null, count: 1, state: 'confirmed' },
  ...{ missing: [], reason: null, failure_code: null, failure_detail: null, outcome: 'ok' },
  ...more,
});
/** The configured currencies, all with their newest rate on a day. */
const ratesOf = (rate_date: string | null, ...quotes: string[]) =>
  quotes.map((quote) => ({
    ...{ quote, rate_date, observed_at: NOW, fetched_at: NOW, source: 'xe' },
    ...{ diverges: false, age_seconds: 0, stale: false },
  }));
const HEALTHY_FACTS: Parameters<typeof findProblems>[0] = {
  ...{ source: 'xe', now: NOW, next_slot: '2026-11-24T23:00:00Z', last_slot: slot({}) },
  ...{ newest: null, troubled_slots: [], open_runs: [], open_count: 0 },
  ...{ spent_today: 2, daily_budget: 100, quota: null, breaker: null, backfill: null },
  services: [beat('producer'), beat('consumer')],
  open_letters: 0,
  currencies: [],
  failed_run: null,
  providers: [FIRST, SECOND],
};
const find = (more: Partial<typeof HEALTHY_FACTS>) =>
  findProblems({ ...HEALTHY_FACTS, ...more }, SETTINGS);
const codes = (more: Partial<typeof HEALTHY_FACTS>) => find(more).map(({ code }) => code);

const FAILING_RUN: (typeof HEALTHY_FACTS)['open_runs'][number] = {
  ...{ run_id: 'r', slot: NOW, first_day: null, last_day: null, attempts: 2 },
  trigger: 'schedule',
  state: 'due',
  error: 'XE: expected status 200, got 503',
  failure_code: 'provider_unavailable',
  failure_detail: null,
  next_attempt_at: '2026-11-24T12:05:00Z',
};

describe('the problems of the pipeline', () => {
  it('are none when everything works', () => {
    expect(find({})).to.deep.equal([]);
  });

  it('include a service that is not running, whatever its last heartbeat said', () => {
    const stale = beat('consumer', { seen_seconds_ago: 21 });
    expect(find({ services: [beat('producer'), stale] })).to.deep.equal([
      {
        code: 'service_silent',
        severity: 'down',
        component: 'consumer',
        detail: 'not running: no heartbeat from a consumer for 20 s',
        fix: 'start it: npm run consumer (npm start runs all services)',
        retry_at: null,
      },
    ]);
  });

  it('include what a running service says of itself, by its code', () => {
    const health = {
      trouble: 'the disk of the Postgres server is full',
      code: 'disk_full',
    } as const;
    const [problem] = find({ services: [beat('producer'), beat('consumer', { health })] });
    expect(problem).to.include({ code: 'disk_full', component: 'consumer', severity: 'down' });
    expect(problem?.fix).to.contain('free space');
  });

  it('include XE at 503, with the time of the next attempt', () => {
    const [problem] = find({ open_runs: [FAILING_RUN], open_count: 1 });
    expect(problem).to.include({
      code: 'run_failing',
      severity: 'degraded',
      detail: 'XE: expected status 200, got 503',
      retry_at: '2026-11-24T12:05:00Z',
    });
  });

  const FAILED: FailedRun = {
    ...{ trigger: 'manual', asked_at: '2026-11-24T11:11:00Z', failure_detail: null },
    ...{ error: 'XE: expected status 200, got 503', failure_code: 'provider_unavailable' },
  };
  const TODAY = ratesOf('2026-11-24', 'KES', 'NGN');

  it('are only a note after a manual run that failed, while all of today is stored', () => {
    const [problem] = find({ failed_run: FAILED, currencies: TODAY });
    expect(problem).to.deep.equal({
      ...{ code: 'run_failing', severity: 'note', component: 'XE', retry_at: null },
      detail:
        'the manual update of 11:11 UTC failed: XE: expected status 200, got 503; ' +
        "today's rates are stored",
      fix:
        'nothing retries it: run it again (POST /v2/runs), ' +
        'or the slot at 2026-11-24 23:00 UTC fetches',
    });
    expect(judge([problem as Problem])).to.equal('healthy');
    expect(formatVerdict([problem as Problem])).to.equal('HEALTHY: no problem found');
    expect(formatProblems([problem as Problem])[0]).to.match(/^ {2}i XE: the manual update/);
    const yesterday = ratesOf('2026-11-23', 'KES', 'NGN');
    expect(find({ failed_run: FAILED, currencies: yesterday })[0]?.severity).to.equal('degraded');
    const open = { open_runs: [FAILING_RUN], open_count: 1, currencies: TODAY };
    expect(find({ failed_run: FAILED, ...open })).to.have.length(1);
    const last_slot = slot({ state: 'failed' });
    const failed = find({ failed_run: FAILED, currencies: TODAY, last_slot });
    expect(failed.map(({ code, severity }) => `${code} ${severity}`)).to.deep.equal([
      'slot_failed degraded',
    ]);
  });

  it('count only configured currencies as those of today', () => {
    // EGP was replaced by ZAR: as many rates of today are stored as currencies are configured.
    const newest = { rate_date: '2026-11-24', currencies: 2, fetched_at: NOW };
    const currencies = [...ratesOf('2026-11-24', 'KES'), ...ratesOf(null, 'ZAR')];
    expect(find({ failed_run: FAILED, newest, currencies })[0]?.severity).to.equal('degraded');
  });

  it('include what the producer says of itself unless a problem says why; a note does not', () => {
    const health = {
      trouble: 'XE: expected status 200, got 503',
      code: 'provider_unavailable',
    } as const;
    const services = [beat('producer', { health }), beat('consumer')];
    const facts = { services, failed_run: FAILED, currencies: TODAY };
    const verdict = (more: Partial<typeof HEALTHY_FACTS>) => {
      const found = find({ ...facts, ...more });
      return [judge(found), ...found.map(({ code }) => code)];
    };
    expect(verdict({})).to.deep.equal(['degraded', 'provider_unavailable', 'run_failing']);
    const page = { ...FAILING_RUN, trigger: 'backfill' } as const;
    expect(verdict({ failed_run: null, open_runs: [page], open_count: 1 })).to.deep.equal([
      'degraded',
      'run_failing',
    ]);
  });

  it('name the failing slot before pages of a backfill that were filed earlier', () => {
    const page = { ...FAILING_RUN, trigger: 'backfill', error: 'XE: no such day' } as const;
    const [problem] = find({ open_runs: [page, page, FAILING_RUN], open_count: 3 });
    expect(problem?.detail).to.equal(FAILING_RUN.error);
    const alone = { open_runs: [page], open_count: 1 };
    const failed_run: FailedRun = { ...FAILED, trigger: 'schedule', error: 'XE: got 500' };
    const details = (more: Partial<typeof HEALTHY_FACTS>) => find(more).map(({ detail }) => detail);
    expect(details(alone)).to.deep.equal(['XE: no such day']);
    expect(details({ ...alone, failed_run })).to.deep.equal(['XE: got 500', 'XE: no such day']);
  });

  it('include the newest failed run beside a slot that was partial', () => {
    const last_slot = slot({ missing: ['KES'] });
    const found = find({ failed_run: { ...FAILED, trigger: 'schedule' }, last_slot });
    expect(found.map(({ code }) => code)).to.deep.equal(['run_failing', 'slot_partial']);
  });

  describe('after a run that the budget could not pay', () => {
    const DETAIL = { spent: 98, budget: 100, price: 7, setting: 'XE_DAILY_BUDGET' };
    const SPENT: FailedRun = {
      ...{ ...FAILED, failure_code: 'budget_spent', failure_detail: DETAIL },
      error: describeFailure({ code: 'budget_spent', detail: DETAIL }),
    };
    const TEXT =
      'not enough for another run: 98 of 100 used today, a run costs 7; ' +
      'raise XE_DAILY_BUDGET, or wait for 00:00 UTC';
    const spent = { spent_today: 98, currencies: ratesOf('2026-11-23', 'KES') };

    it('say of a manual one that nothing retries it', () => {
      expect(find({ ...spent, failed_run: SPENT })).to.deep.equal([
        {
          ...{ code: 'budget_spent', severity: 'degraded', component: 'XE', retry_at: null },
          detail: `the manual update of 11:11 UTC failed: ${TEXT}`,
          fix:
            'nothing retries it: run it again (POST /v2/runs), ' +
            'or the slot at 2026-11-25 01:00 UTC fetches',
        },
      ]);
    });

    it('say of a slot when the next one can be paid', () => {
      const [problem] = find({ ...spent, failed_run: { ...SPENT, trigger: 'schedule' } });
      expect(problem).to.deep.include({
        ...{ code: 'budget_spent', detail: TEXT, retry_at: '2026-11-25T01:00:00.000Z' },
        fix: 'raise XE_DAILY_BUDGET, or wait for 00:00 UTC',
      });
    });

    it('no longer call the budget spent when it was raised', () => {
      const raised = { ...spent, daily_budget: 200 };
      expect(find({ ...raised, failed_run: SPENT })[0]).to.deep.include({
        code: 'run_failing',
        detail: 'the manual update of 11:11 UTC failed: the budget was spent, and suffices now',
      });
      const [slotFailed] = find({ ...raised, failed_run: { ...SPENT, trigger: 'schedule' } });
      expect(slotFailed).to.deep.include({
        ...{ code: 'run_failing', detail: 'the budget was spent, and suffices now' },
        ...{ fix: 'the next slot fetches again', retry_at: '2026-11-24T23:00:00.000Z' },
      });
    });
  });

  it('say of a page of a backfill that it must be requested again', () => {
    const [problem] = find({ failed_run: { ...FAILED, trigger: 'backfill' } });
    expect(problem).to.include({ severity: 'degraded', retry_at: null });
    expect(problem?.fix).to.contain('npm run backfill');
  });

  it('advise no run that the budget of today cannot pay', () => {
    const failure = {
      failure_code: 'budget_spent',
      state: 'failed',
      reason: 'not enough',
    } as const;
    const found = findProblems(
      {
        ...HEALTHY_FACTS,
        failed_run: { ...FAILED, failure_code: 'budget_spent' },
        last_slot: slot(failure),
        providers: [{ ...FIRST, spent_today: 2, daily_budget: 3 }],
        services: [
          beat('producer', { health: { trouble: 'not enough', code: 'budget_spent' } }),
          beat('consumer'),
        ],
      },
      SETTINGS,
    );
    expect(found.map(({ code, retry_at }) => [code, retry_at])).to.deep.equal([
      ['slot_failed', '2026-11-25T01:00:00.000Z'],
      ['budget_spent', '2026-11-25T01:00:00.000Z'],
    ]);
    expect(found.map(({ fix }) => fix)).to.deep.equal([
      'no run can be paid before that: see the budget',
      'raise XE_DAILY_BUDGET (SCHEDULE needs 4 a day), or it goes on at 00:00 UTC',
    ]);
  });

  it('are found by the settings of the running producer, and say where these differ', () => {
    const settings = { SCHEDULE: '0 6,12 * * *', CURRENCIES: 'KES,NGN', XE_DAILY_BUDGET: '50' };
    const own = { ...SETTINGS, XE_DAILY_BUDGET: 100, OPENEXCHANGERATES_DAILY_BUDGET: 20 };
    const { config, notes } = preferProducer(own as Parameters<typeof preferProducer>[0], [
      beat('producer', { settings }),
    ]);
    expect(config).to.include({ SCHEDULE: '0 6,12 * * *', XE_DAILY_BUDGET: 50 });
    expect(notes.map(({ severity, detail }) => [severity, detail])).to.deep.equal([
      ['note', 'SCHEDULE is 0 6,12 * * * in the running producer, which counts here'],
      ['note', 'XE_DAILY_BUDGET is 50 in the running producer, which counts here'],
    ]);
    const silent = beat('producer', { settings, seen_seconds_ago: 60 });
    expect(preferProducer(config, [silent]).notes).to.deep.equal([]);
  });

  it('name an open circuit breaker once, not with every run that waits for it', () => {
    const breaker = {
      ...{ status: 401, reason: 'XE: expected status 200, got 401', opened_at: NOW },
      open_until: '2026-11-24T13:00:00Z',
    };
    const providers = [{ ...FIRST, breaker }, SECOND];
    const found = find({ breaker, providers, open_runs: [FAILING_RUN], open_count: 1 });
    expect(found.map(({ code }) => code)).to.deep.equal(['breaker_open']);
    expect(found[0]?.fix).to.match(/XE_API_KEY.*--close-breaker xe/);
    const ofSecond = find({ providers: [FIRST, { ...SECOND, breaker }] });
    expect(ofSecond[0]).to.include({ code: 'breaker_open', component: 'Open Exchange Rates' });
    expect(ofSecond[0]?.fix).to.match(/OPENEXCHANGERATES_APP_ID.*--close-breaker openexchange/);
  });

  it('include a budget that is spent, and one that the schedule exceeds', () => {
    const spent = (spent_today: number) => ({ providers: [{ ...FIRST, spent_today }, SECOND] });
    expect(find(spent(99))[0]).to.include({
      code: 'budget_spent',
      retry_at: '2026-11-25T01:00:00.000Z',
    });
    expect(codes(spent(98))).to.deep.equal([]);
    const often = findProblems(HEALTHY_FACTS, { ...SETTINGS, SCHEDULE: '*/15 * * * *' });
    expect(often[0]?.code).to.equal('budget_too_small');
  });

  it('include a slot that failed or was partial, dead letters and a spent quota', () => {
    expect(codes({ last_slot: slot({ state: 'failed' }) })).to.deep.equal(['slot_failed']);
    expect(codes({ last_slot: slot({ missing: ['KES'] }) })).to.deep.equal(['slot_partial']);
    expect(codes({ open_letters: 1 })).to.deep.equal(['dead_letters_open']);
    const quota = {
      ...{ package: 'p', service_ends_at: null, quota_limit: '9', quota_remaining: '1' },
      ...{ quota_resets_at: null, window_limit: null, window_remaining: null },
      ...{ window_resets_at: null, seen_at: NOW },
    };
    const left = (quota_remaining: string | null, of = FIRST) => ({
      providers: [{ ...of, quota: { ...quota, quota_remaining } }],
    });
    expect(codes(left('1'))).to.deep.equal(['quota_spent']);
    expect(codes(left(null))).to.deep.equal([]);
    expect(codes(left('1', SECOND)), 'one call holds all').to.deep.equal([]);
    expect(find(left('0', SECOND))[0]).to.include({ component: 'Open Exchange Rates' });
  });

  it('name what they are about once, and show an HTML body by its text', () => {
    const detail =
      'XE: expected status 200, got 503: <html><body>The upstream is away</body></html>';
    const [line] = formatProblems(find({ open_runs: [{ ...FAILING_RUN, error: detail }] }));
    expect(line).to.match(/^ {2}! XE: expected status 200, got 503: The upstream is away \(/);
  });

  it('are shown worst first, with fix and retry, and the rest counted', () => {
    const problems = find({
      ...{ services: [beat('producer')], open_letters: 2 },
      providers: [{ ...FIRST, spent_today: 99 }],
    });
    expect(judge(problems)).to.equal('down');
    expect(formatVerdict(problems)).to.equal('DOWN: 3 problems, worst first');
    expect(formatProblems(problems, 2)).to.deep.equal([
      '  ! consumer: not running: no heartbeat from a consumer for 20 s',
      '    → start it: npm run consumer (npm start runs all services)',
      '  ! budget: not enough for another run: 99 of 100 rates used today, a run costs 2 ' +
        '(retried at 2026-11-25 01:00 UTC)',
      '    → raise XE_DAILY_BUDGET, or it goes on at 00:00 UTC',
      '  … and 1 more: --json',
    ]);
  });
});
