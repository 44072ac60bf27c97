import { expect } from 'chai';
import sinon from 'sinon';
import { breakerOf, closeBreaker, openBreaker } from '../../../ledger/breaker.ts';
import { accountOf, SIMULATOR } from '../../../ledger/credentials.ts';
import { quotaOf } from '../../../ledger/quota.ts';
import { fileSlots } from '../../../ledger/slots.ts';
import type { Config } from '../../../platform/config.ts';
import { eventually } from '../../support/eventually.ts';
import { type PipelineOptions, pipeline } from '../../support/pipeline.ts';

const NOW = '2026-11-24T01:00:05Z';
const FIRST_KEY = { source: 'xe', XE_ACCOUNT_ID: 'a', XE_API_KEY: 'wrong' } as const;
const SECOND_KEY = { ...FIRST_KEY, XE_API_KEY: 'right' } satisfies Partial<Config>;
const account = ({
  source,
  XE_ACCOUNT_ID: id,
  XE_API_KEY: key,
}: typeof FIRST_KEY | typeof SECOND_KEY) => accountOf({ source, credentials: [id, key] });

describe('a slot', function () {
  this.timeout(60_000);
  let parts: Awaited<ReturnType<typeof pipeline>>;
  afterEach(async () => {
    sinon.restore();
    await parts.stop();
  });
  const using = async (options?: PipelineOptions) => {
    parts = await pipeline(options);
    await parts.setClock(NOW);
    return parts;
  };
  const runs = () =>
    parts.query('select state, outcome, failure_code, cost, missing from runs order by asked_at');
  const state = async () => (await runs())[0]?.['state'];
  const freezeLedgerAt = (instant: string) =>
    parts.query(
      `create or replace function ledger_now() returns timestamptz language sql volatile
       as $$ select timestamptz '${instant}' $$`,
    );

  describe('that met a wrong key', () => {
    beforeEach(async () => {
      await using({ config: FIRST_KEY });
      parts.simulator.setFault('401', 1);
      const wrong = parts.producer();
      await eventually(async () => expect(await state()).to.equal('retrying'));
      await wrong.stop();
      expect((await runs())[0]).to.include({ failure_code: 'provider_refused', cost: 0 });
    });

    it('is fetched at once by a producer with other credentials', async () => {
      expect(await quotaOf(parts.db, account(SECOND_KEY))).to.equal(null);
      await parts.consumer();
      parts.producer(SECOND_KEY);
      await eventually(async () => expect(await state()).to.equal('confirmed'));
      expect(parts.simulator.requests()).to.equal(2);
      expect(await quotaOf(parts.db, account(FIRST_KEY)), 'quota of the wrong key').to.equal(null);
      expect(await parts.query('select credentials from quotas')).to.deep.equal([
        { credentials: account(SECOND_KEY).credentials },
      ]);
    });

    it('is due again when the circuit breaker is closed by hand', async () => {
      expect(await closeBreaker(parts.db, account(SECOND_KEY))).to.equal(false);
      expect(await closeBreaker(parts.db, account(FIRST_KEY))).to.equal(true);
      await parts.consumer();
      parts.producer();
      await eventually(async () => expect(await state()).to.equal('confirmed'));
    });

    it('leaves no trace of the key in the ledger', async () => {
      const [row] = await parts.query<{ text: string }>(
        `select concat((select string_agg(b::text, '') from breakers b),
                       (select string_agg(r::text, '') from runs r)) as text`,
      );
      expect(row?.text).to.include(account(FIRST_KEY).credentials).and.not.include('wrong');
    });
  });

  it('ends with internal_error after a bug, is billed once and never fetched again', async () => {
    const { ledger, producer, simulator, startClock } = await using();
    sinon.stub(ledger, 'storeResponse').throws(new TypeError('a bug of ours'));
    producer();
    await eventually(async () => expect(await state()).to.equal('failed'));
    expect((await runs())[0]).to.include({ failure_code: 'internal_error', cost: 7 });
    await startClock('2026-11-24T03:00:00Z');
    producer();
    await startClock('2026-11-24T04:00:00Z');
    await ledger.confirm();
    expect(simulator.requests()).to.equal(1);
  });

  it('ends with internal_error when a bug prevents the publish of its response', async () => {
    const { producer, simulator, query } = await using({
      publish: () => () => Promise.reject(new TypeError('a bug of ours')),
    });
    producer();
    await eventually(async () => expect(await state()).to.equal('failed'));
    expect((await runs())[0]).to.include({ failure_code: 'internal_error', cost: 7 });
    expect(await query('select from runs where response_body is null')).to.deep.equal([]);
    expect(simulator.requests()).to.equal(1);
  });

  it('stores only the requested currencies and records a superseded one as missing', async () => {
    const { producer, consumer, query } = await using({ currencies: ['KES', 'GHC'] });
    await consumer();
    producer();
    await eventually(async () => expect(await state()).to.equal('confirmed'));
    expect((await runs())[0]).to.deep.include({ outcome: 'partial', missing: ['GHC'], cost: 2 });
    expect(await query('select quote_currency from daily_rates')).to.deep.equal([
      { quote_currency: 'KES' },
    ]);
  });

  it('of a past day fetches only the currencies that have no rate of it', async () => {
    const { producer, consumer, query, db, setClock } = await using();
    const settings = { source: 'simulator' as const, currencies: ['KES', 'NGN'] };
    await setClock('2026-11-23T23:00:00Z');
    await fileSlots(db, settings, [{ slot: '2026-11-23T23:00:00Z', trigger: 'schedule' }]);
    await query(`insert into daily_rates values
      ('2026-11-23', 'USD', 'KES', 'simulator', 129, '2026-11-23', now(), gen_random_uuid())`);
    await setClock('2026-11-24T00:30:00Z');
    await consumer();
    producer();
    await eventually(async () => expect(await state()).to.equal('confirmed'));
    expect(parts.simulator.ratesServed()).to.equal(1);
    expect(
      await query(
        'select rate_date, quote_currency from daily_rates order by rate_date, quote_currency',
      ),
    ).to.deep.equal([
      { rate_date: '2026-11-23', quote_currency: 'KES' },
      { rate_date: '2026-11-23', quote_currency: 'NGN' },
    ]);
  });

  it('claimed before and answered after midnight gets a catch-up for its own day', async () => {
    const { ledger, db, query, setClock } = await using();
    await setClock('2026-11-23T23:59:58Z');
    const settings = { source: 'simulator' as const, currencies: ['KES', 'NGN'] };
    await fileSlots(db, settings, [{ slot: '2026-11-23T23:59:00Z', trigger: 'schedule' }]);
    const claim = { claimedBy: 'test', seen: [], backfillOnly: false, slotsLeft: 0 };
    const run = await ledger.claim(claim);
    await setClock('2026-11-24T00:00:03Z');
    await ledger.storeResponse(run as NonNullable<typeof run>, {
      ...{ body: '{}', answeredBy: 'simulator', eventIds: [], missing: [], quota: {} },
      observedFrom: '2026-11-24T00:00:00.000Z',
      observedTo: '2026-11-24T00:00:00.000Z',
      billedRates: 2,
    });
    expect(
      await query("select trigger, first_day, last_day from runs where state = 'due'"),
    ).to.deep.equal([{ trigger: 'catch-up', first_day: '2026-11-23', last_day: '2026-11-23' }]);
    expect(await ledger.claim(claim)).to.include({ state: 'claimed', price: 2 });
  });

  it('is on time for two polls with CATCH_UP_HOURS=0', async () => {
    const { producer, consumer, startClock, query } = await using({ catchUpHours: 0 });
    await parts.setClock('2026-11-23T23:00:30Z');
    await consumer();
    const before = producer();
    await eventually(async () => expect(await state()).to.equal('confirmed'));
    await before.stop();
    await startClock('2026-11-24T01:00:30Z');
    producer();
    await eventually(async () =>
      expect(await query("select from runs where state = 'confirmed'")).to.have.length(2),
    );
  });

  it('is not filed for a time before a changed SCHEDULE was in force', async () => {
    const { producer, consumer, startClock, query } = await using();
    await consumer();
    const before = producer();
    await eventually(async () => expect(await state()).to.equal('confirmed'));
    await before.stop();
    await startClock('2026-11-24T01:30:30Z');
    producer({ SCHEDULE: '* * * * *' });
    await eventually(async () => expect(await query('select from schedules')).to.have.length(2));
    await startClock('2026-11-24T01:31:05Z');
    await eventually(async () =>
      expect(
        await query("select slot, state from runs where slot > '2026-11-24T01:00:00Z'"),
      ).to.deep.equal([{ slot: '2026-11-24T01:31:00Z', state: 'confirmed' }]),
    );
  });

  describe('that brings no newer rate', () => {
    it('reports rates_hidden when real rates hide its own, and so does a trigger', async () => {
      const { producer, consumer, query, requests } = await using();
      await query(`insert into daily_rates values
        ('2026-11-20', 'USD', 'KES', 'xe', 129, '2026-11-20', '2026-11-20', gen_random_uuid())`);
      await consumer();
      const running = producer();
      await eventually(async () => expect(await state()).to.equal('confirmed'));
      expect((await runs())[0]).to.include({
        outcome: 'no_newer_rate',
        failure_code: 'rates_hidden',
      });
      expect(await running.health()).to.deep.include({ code: 'rates_hidden' });
      const { url } = await parts.api();
      const answer = await fetch(`${url}/v1/rates/update`, { method: 'POST' });
      const { success, detail } = (await answer.json()) as { success: boolean; detail: string };
      expect([success, detail]).to.deep.include(false);
      expect(detail).to.match(/hidden.*npm run simulator -- forget-real-rates/);
      expect(await requests.find((await requests.request()) as string)).to.not.equal(null);
    });

    it('reports no_newer_rate when XE repeats a timestamp of ten days ago', async () => {
      const { producer, consumer, query, setClock } = await using({ catchUpHours: 1 });
      await setClock('2026-11-14T01:00:05Z');
      await consumer();
      const before = producer();
      await eventually(async () => expect(await state()).to.equal('confirmed'));
      expect((await runs())[0]).to.include({ outcome: 'ok' });
      await before.stop();
      await freezeLedgerAt('2026-11-24T01:00:05Z');
      const running = producer();
      await eventually(async () =>
        expect(
          await query("select outcome from runs where slot = '2026-11-24T01:00:00Z'"),
        ).to.deep.equal([{ outcome: 'no_newer_rate' }]),
      );
      expect(await running.health()).to.deep.include({ code: 'no_newer_rate' });
      const { url } = await parts.api();
      const trigger = await fetch(`${url}/v1/rates/update`, { method: 'POST' });
      expect([trigger.status, await trigger.json()]).to.deep.equal([
        400,
        {
          success: false,
          detail: 'the provider returned no newer rate than the ones already stored',
        },
      ]);
    });

    it('is a success when a daily package repeats the timestamp of today', async () => {
      const { producer, consumer, query } = await using();
      await consumer();
      const before = producer();
      await eventually(async () => expect(await state()).to.equal('confirmed'));
      await before.stop();
      await freezeLedgerAt('2026-11-24T23:00:05Z');
      producer();
      await eventually(async () =>
        expect(
          await query("select outcome from runs where slot = '2026-11-24T23:00:00Z'"),
        ).to.deep.equal([{ outcome: 'ok' }]),
      );
    });
  });
});

describe('a circuit breaker', () => {
  it('opens for 31 days at most, and lets one probe through after a day', async () => {
    const parts = await pipeline();
    try {
      await parts.setClock(NOW);
      const failure = { code: 'quota_exceeded', detail: { message: 'XE: too much' } } as const;
      const until = '2058-08-03T00:00:00Z';
      const opened = await openBreaker(parts.db, { ...SIMULATOR, status: 429, failure, until });
      expect(opened).to.deep.equal({ next_call_at: '2026-11-25T01:00:05Z' });
      expect(await breakerOf(parts.db, SIMULATOR)).to.include({
        open_until: '2026-12-25T01:00:05Z',
      });
      await parts.setClock('2026-11-25T01:00:06Z');
      await parts.consumer();
      parts.producer();
      await eventually(async () =>
        expect(await parts.query('select state from runs')).to.deep.equal([{ state: 'confirmed' }]),
      );
      expect(await breakerOf(parts.db, SIMULATOR), 'closed by the response').to.equal(null);
    } finally {
      await parts.stop();
    }
  });
});
