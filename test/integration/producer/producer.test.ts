import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import sinon from 'sinon';
import { voidEvent } from '../../../consumer/corrections.ts';
import { fileSlots } from '../../../ledger/slots.ts';
import { eventually } from '../../support/eventually.ts';
import { type PipelineOptions, pipeline } from '../../support/pipeline.ts';

/** A response of XE with one rate. */
const responseOf = (mid: string) =>
  '{"from":"USD","amount":1.0,"timestamp":"2026-11-24T00:00:00Z",' +
  `"to":[{"quotecurrency":"KES","mid":${mid}}]}`;

describe('the producer', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  afterEach(() => parts.stop());
  const using = async (options?: PipelineOptions) => {
    parts = await pipeline(options);
    return parts;
  };
  const states = async () => (await parts.runs()).map(({ state }) => state);
  const confirmed = (count = 1) =>
    eventually(async () =>
      expect((await states()).filter((state) => state === 'confirmed')).to.have.length(count),
    );

  it('files only the latest slot in an empty ledger, and confirms it once stored', async () => {
    const { producer, consumer, startClock, runs, query, simulator } = await using();
    await startClock('2026-11-24T02:30:00Z');
    await consumer();
    producer();
    await confirmed();
    expect(await runs()).to.deep.equal([
      {
        trigger: 'catch-up',
        slot: '2026-11-24T01:00:00Z',
        state: 'confirmed',
        cost: 7,
        error: null,
      },
    ]);
    expect(await query('select count(*) from daily_rates')).to.deep.equal([{ count: '7' }]);
    expect(simulator.calls()).to.equal(1);
  });

  it('keeps every digit from XE to the table', async () => {
    const { producer, consumer, query } = await using();
    await consumer();
    producer();
    await confirmed();
    const [run] = await query<{ response_body: string }>('select response_body from runs');
    for (const { quote_currency, mid } of await query<{ quote_currency: string; mid: string }>(
      'select * from daily_rates',
    )) {
      const sent = new RegExp(
        `"quotecurrency"\\s*:\\s*"${quote_currency}"\\s*,\\s*"mid"\\s*:\\s*([\\d.]+)`,
      ).exec(run?.response_body ?? '')?.[1];
      expect(mid, quote_currency)
        .to.equal(sent)
        .and.match(/\.\d{10}$/);
    }
  });

  it('fetches nothing after a restart until the next slot is due', async () => {
    const { producer, consumer, simulator, startClock } = await using();
    await startClock('2026-11-24T02:30:00Z');
    await consumer();
    const first = producer();
    await confirmed();
    await first.stop();
    producer();
    await startClock('2026-11-24T23:00:01Z');
    producer();
    await confirmed(2);
    expect(simulator.calls()).to.equal(2);
  });

  it('fetches each slot once, however many producers run', async () => {
    const { producer, consumer, simulator, startClock } = await using();
    await startClock('2026-11-24T02:00:00Z');
    await consumer();
    for (let n = 0; n < 5; n++) producer();
    await confirmed();
    expect(simulator.calls()).to.equal(1);
  });

  it('catches up the latest slot of each missed day and says why others are skipped', async () => {
    const { producer, consumer, setClock, runs, simulator, query } = await using();
    await setClock('2026-11-20T01:00:30Z');
    await consumer();
    const before = producer();
    await confirmed();
    await before.stop();
    await setClock('2026-11-22T12:00:00Z');
    producer();
    await confirmed(3);
    expect(
      (await runs()).map(({ trigger, slot, state, error }) =>
        [trigger, slot, state, error].join(' '),
      ),
    ).to.have.members([
      'schedule 2026-11-20T01:00:00Z confirmed ',
      'catch-up 2026-11-20T23:00:00Z skipped missed: no producer was running within 24 h of it',
      'catch-up 2026-11-21T01:00:00Z skipped missed: no producer was running within 24 h of it',
      'catch-up 2026-11-21T23:00:00Z confirmed ',
      'catch-up 2026-11-22T01:00:00Z confirmed ',
    ]);
    expect(
      await query(
        'select rate_date, min(observed_at) as at, count(*) from daily_rates group by 1 order by 1',
      ),
    ).to.deep.equal([
      { rate_date: '2026-11-20', at: '2026-11-20T01:00:00Z', count: '7' },
      { rate_date: '2026-11-21', at: '2026-11-21T00:00:00Z', count: '7' },
      { rate_date: '2026-11-22', at: '2026-11-22T12:00:00Z', count: '7' },
    ]);
    expect(simulator.calls()).to.equal(3);
  });

  it('starts at once after 14 years, and files the gap as one skipped row', async () => {
    const { producer, consumer, startClock, runs, query } = await using();
    await startClock('2012-11-24T01:00:30Z');
    await consumer();
    const before = producer();
    await confirmed();
    await before.stop();
    await startClock('2026-11-24T12:00:00Z');
    const began = performance.now();
    producer();
    await confirmed(3);
    expect(performance.now() - began).to.be.below(5000);
    expect((await runs())[1]).to.include({
      slot: '2012-11-24T23:00:00Z',
      state: 'skipped',
      error:
        'missed: no producer was running from 2012-11-24T23:00:00.000Z ' +
        'to 2026-11-17T01:00:00.000Z (10212 slots)',
    });
    const [row] = await query(
      'select skipped_to, skipped_count from runs where skipped_count is not null',
    );
    expect(row).to.deep.equal({ skipped_to: '2026-11-17T01:00:00Z', skipped_count: 10_212 });
  });

  it('publishes a stored response once the stream is back, without a second fetch', async () => {
    let away = true;
    const { producer, consumer, simulator, runs, setClock, startClock } = await using({
      publish: (publish) => (topic, records) =>
        away ? Promise.reject(new Error('no broker')) : publish(topic, records),
    });
    await setClock('2026-11-24T01:00:05Z');
    await consumer();
    const running = producer();
    await eventually(async () =>
      expect((await runs())[0]).to.include({
        state: 'fetched',
        error: 'not published yet: no broker',
      }),
    );
    await eventually(async () => expect((await running.health()).trouble).to.match(/no broker/));
    away = false;
    await startClock('2026-11-24T01:00:11Z');
    await confirmed();
    expect(simulator.calls()).to.equal(1);
    await eventually(async () => expect((await running.health()).trouble).to.equal(null));
  });

  it('republishes events that the stream has lost, without a second fetch', async () => {
    let lose = true;
    const { producer, consumer, simulator, setClock } = await using({
      publish: (publish) => (topic, records) =>
        lose ? Promise.resolve([{ partition: 0, first: '0', last: '6' }]) : publish(topic, records),
    });
    await setClock('2026-11-24T01:00:05Z');
    await consumer();
    const first = producer();
    await eventually(async () => expect(await states()).to.deep.equal(['published']));
    await first.stop();
    lose = false;
    await setClock('2026-11-24T01:01:06Z');
    producer();
    await confirmed();
    expect(simulator.calls()).to.equal(1);
  });

  it('counts voided events as stored: their run is confirmed and never republished', async () => {
    const { db, producer, consumer, setClock, query } = await using();
    await setClock('2026-11-24T01:00:05Z');
    const first = producer();
    await eventually(async () => expect(await states()).to.deep.equal(['published']));
    await first.stop();
    await consumer();
    const stored = () => query<{ id: string }>('select event_id as id from rate_observations');
    await eventually(async () => expect(await stored()).to.have.length(7));
    for (const { id } of (await stored()).slice(0, 2))
      await voidEvent(db, { eventId: id, reason: 'wrong', by: 'ann' });
    await setClock('2026-11-24T03:00:00Z');
    producer();
    await eventually(async () => expect(await states()).to.include('confirmed'));
    const [run] = await query("select publishes from runs where state = 'confirmed'");
    expect(run).to.deep.equal({ publishes: 1 });
  });

  it('fails a run whose events are never stored; the next request gets a new run', async () => {
    const { producer, requests, runs, setClock, query } = await using({
      publish: () => () => Promise.resolve([]),
    });
    await setClock('2026-11-24T01:00:05Z');
    const first = producer();
    await eventually(async () => expect(await states()).to.deep.equal(['published']));
    await first.stop();
    await query('update runs set publishes = 6');
    await setClock('2026-11-24T03:00:00Z');
    producer();
    await eventually(async () => expect((await runs())[0]).to.include({ state: 'failed' }));
    expect((await runs())[0]?.['error']).to.match(
      /published 6 times and never stored: see npm run dlt -- ls/,
    );
    const [slot] = await query<{ run_id: string }>('select run_id from runs');
    expect(await requests.request()).not.to.equal(slot?.run_id);
  });

  it('files due slots while several runs wait for a stream that is slow to fail', async () => {
    const { producer, runs, setClock, query } = await using({
      publish: () => () =>
        new Promise((_, refuse) => setTimeout(() => refuse(new Error('silent broker')), 300)),
    });
    await setClock('2026-11-24T01:00:05Z');
    producer();
    await eventually(async () => expect(await states()).to.deep.equal(['fetched']));
    await query(
      "insert into runs (source, trigger, currencies) values ('simulator', 'manual', '{KES}')",
    );
    await eventually(async () => expect(await states()).to.deep.equal(['fetched', 'fetched']));
    // From now on each is ready again by the time the other has failed, as with a broker that takes
    // longer to fail than the retry delay.
    await query(
      `create function ready() returns trigger language plpgsql as $$
       begin new.lease_until = '-infinity'; return new; end $$`,
    );
    await query('create trigger ready before update on runs for each row execute function ready()');
    await setClock('2026-11-24T23:00:01Z');
    await eventually(async () =>
      expect((await runs()).map(({ slot }) => slot)).to.include('2026-11-24T23:00:00Z'),
    );
  });

  it('stores a response after an outage of Postgres, without a second fetch', async () => {
    const { consumer, ledger, network, producer, simulator, startClock } = await using();
    await startClock('2026-11-24T01:00:05Z');
    const store = ledger.storeResponse;
    let cut = false;
    sinon.stub(ledger, 'storeResponse').callsFake((...response) => {
      if (!cut) {
        cut = true;
        network.cut();
        setTimeout(() => network.restore(), 1500);
      }
      return store(...response);
    });
    await consumer();
    producer();
    await confirmed();
    expect(simulator.calls()).to.equal(1);
  });

  it('takes over a run whose producer died after the fetch, without a second fetch', async () => {
    const { producer, consumer, ledger, simulator, query, setClock, startClock } = await using();
    await setClock('2026-11-24T02:00:00Z');
    await fileSlots(parts.db, { source: 'simulator', currencies: ['KES'] }, [
      { slot: '2026-11-24T01:00:00Z', trigger: 'schedule' },
    ]);
    const run = await ledger.claim({
      claimedBy: 'a producer that dies',
      seen: [],
      backfillOnly: false,
      slotsLeft: 0,
    });
    await ledger.storeResponse(run as NonNullable<typeof run>, {
      body: responseOf('129.1500000000'),
      answeredBy: 'simulator',
      eventIds: ['7f2c1f6e-6a33-5c4b-9d54-0f9b7f0c1a11'],
      observedFrom: '2026-11-24T00:00:00.000Z',
      observedTo: '2026-11-24T00:00:00.000Z',
      missing: [],
      billedRates: 1,
      quota: {},
    });
    await consumer();
    producer();
    const before = simulator.calls();
    await startClock('2026-11-24T02:00:16Z');
    producer();
    await eventually(async () =>
      expect(await query('select mid from daily_rates')).to.deep.equal([{ mid: '129.1500000000' }]),
    );
    expect(simulator.calls()).to.equal(before);
    expect(
      await ledger.renewLease(run as NonNullable<typeof run>),
      'the dead producer can still write',
    ).to.equal(false);
  });

  it('stores the rates that XE has and records the missing currencies', async () => {
    const { producer, consumer, query, runs } = await using({ currencies: ['KES', 'ZZZ', 'NGN'] });
    await consumer();
    producer();
    await confirmed();
    expect(await query('select missing from runs')).to.deep.equal([{ missing: ['ZZZ'] }]);
    expect(await query('select quote_currency from daily_rates order by 1')).to.deep.equal([
      { quote_currency: 'KES' },
      { quote_currency: 'NGN' },
    ]);
    expect((await runs())[0]).to.include({ cost: 2 });
  });

  it('never spends more than the daily budget', async () => {
    const { producer, consumer, requests, simulator, runs, startClock } = await using({
      dailyBudget: 27,
    });
    await startClock('2026-11-24T02:00:00Z');
    await consumer();
    producer();
    await confirmed();
    await requests.request();
    await confirmed(2);
    await requests.request();
    await eventually(async () =>
      expect((await runs()).find(({ state }) => state === 'failed')?.['error']).to.match(
        /^not enough beside the slots of today: 14 of 27 used, 7 reserved for them, a run costs 7/,
      ),
    );
    expect(simulator.ratesServed()).to.equal(14);
    await startClock('2026-11-25T00:00:01Z');
    await requests.request();
    await confirmed(3);
    expect(simulator.ratesServed()).to.equal(21);
  });

  describe('when XE fails', () => {
    let xe: Server;
    let requests: number;
    const startXe = async ({ status, body }: { status: number; body: string }) => {
      requests = 0;
      xe = createServer((_req, res) => {
        requests++;
        res.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
      await new Promise<void>((resolve) => xe.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(xe.address() as AddressInfo).port}/v1/`;
    };
    afterEach(() => new Promise((resolve) => xe.close(resolve)));

    it('retries a slot later and records the reason', async () => {
      const xeUrl = await startXe({
        status: 500,
        body: '{"code":0,"message":"An unexpected error occurred"}',
      });
      const { producer, query, setClock } = await using({ xeUrl });
      await setClock('2026-11-24T01:00:05Z');
      const running = producer();
      await eventually(async () =>
        expect(
          await query('select state, attempts, cost, next_attempt_at, error from runs'),
        ).to.deep.equal([
          {
            state: 'retrying',
            attempts: 1,
            cost: 0,
            next_attempt_at: '2026-11-24T01:05:05Z',
            error:
              'XE: expected status 200, got 500: ' +
              '{"code":0,"message":"An unexpected error occurred"}',
          },
        ]),
      );
      expect(requests).to.equal(3);
      expect((await running.health()).trouble).to.match(/got 500/);
    });

    it('opens the circuit breaker on a 401: the slot waits, without a second call', async () => {
      const xeUrl = await startXe({ status: 401, body: '{"code":1,"message":"Bad credentials"}' });
      const { producer, runs } = await using({ xeUrl });
      producer();
      await eventually(async () => expect((await runs())[0]).to.include({ state: 'retrying' }));
      expect((await runs())[0]?.['error']).to.match(
        /got 401: .*Bad credentials.*npm run status -- --close-breaker/,
      );
      expect(requests).to.equal(1);
    });

    it('retries an unusable response once, stores nothing, and counts both as billed', async () => {
      const body = responseOf('0');
      const { producer, query } = await using({ xeUrl: await startXe({ status: 200, body }) });
      producer();
      await eventually(async () =>
        expect(await query('select state, cost from runs')).to.deep.equal([
          { state: 'retrying', cost: 14 },
        ]),
      );
      expect(requests).to.equal(2);
      expect(await query('select count(*) from stream_records')).to.deep.equal([{ count: '0' }]);
    });
  });
});
