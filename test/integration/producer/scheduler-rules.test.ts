import axios from 'axios';
import { expect } from 'chai';
import { pino } from 'pino';
import { listRuns } from '../../../ledger/run-history.ts';
import { fileSlots } from '../../../ledger/slots.ts';
import { eventually } from '../../support/eventually.ts';
import { type PipelineOptions, pipeline } from '../../support/pipeline.ts';

describe('a run of the ledger', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  afterEach(() => parts.stop());
  const using = async (options?: PipelineOptions) => {
    parts = await pipeline(options);
    return parts;
  };
  const states = async () =>
    (await parts.query<{ state: string }>('select state from runs order by slot')).map(
      ({ state }) => state,
    );

  /** What an outage of the producer that ends at noon of 24 November costs in XE calls and rows. */
  const OUTAGES: [string, string, { calls: number; days: string[]; rows: number }][] = [
    ['1 minute', '2026-11-24T11:59:00Z', { calls: 0, days: [], rows: 0 }],
    ['3 hours', '2026-11-24T09:00:00Z', { calls: 0, days: [], rows: 0 }],
    ['2 days', '2026-11-22T12:00:00Z', { calls: 2, days: ['2026-11-23', '2026-11-24'], rows: 4 }],
    ['30 days', '2026-10-25T12:00:00Z', { calls: 2, days: ['2026-11-23', '2026-11-24'], rows: 15 }],
    [
      '14 years',
      '2012-11-24T12:00:00Z',
      { calls: 2, days: ['2026-11-23', '2026-11-24'], rows: 15 },
    ],
  ];
  for (const [length, stopped, expected] of OUTAGES) {
    it(`is filed for each slot missed in ${length}; the latest of each day runs`, async () => {
      const { producer, consumer, startClock, simulator, query } = await using();
      await startClock(stopped);
      await consumer();
      const before = producer();
      await eventually(async () => expect(await states()).to.deep.equal(['confirmed']));
      await before.stop();
      const calls = simulator.calls();
      await startClock('2026-11-24T12:00:00Z');
      const began = performance.now();
      const after = producer();
      await eventually(async () =>
        expect((await states()).filter((state) => state === 'confirmed')).to.have.length(
          1 + expected.calls,
        ),
      );
      expect(performance.now() - began, 'start in ms').to.be.below(5000);
      await after.stop();
      expect(simulator.calls() - calls).to.equal(expected.calls);
      const days = await query<{ day: string }>(
        `select distinct rate_date as day from daily_rates
         where rate_date > (timestamptz '${stopped}' at time zone 'UTC')::date
         order by 1`,
      );
      expect(days.map(({ day }) => day)).to.deep.equal(expected.days);
      expect((await states()).length - 1, 'rows of missed slots').to.equal(expected.rows);
      const [lost] = await query(
        "select count(*)::int from runs where state = 'skipped' and error is null",
      );
      expect(lost).to.deep.equal({ count: 0 });
    });
  }

  it('is skipped when its day is over and already has a rate', async () => {
    const { producer, consumer, startClock, simulator, query } = await using();
    await startClock('2026-11-23T20:00:00Z');
    await consumer();
    const before = producer();
    await eventually(async () => expect(await states()).to.deep.equal(['confirmed']));
    await before.stop();
    await startClock('2026-11-24T00:30:00Z');
    producer();
    await eventually(async () => expect(await states()).to.deep.equal(['confirmed', 'skipped']));
    expect(await query("select error from runs where state = 'skipped'")).to.deep.equal([
      { error: 'missed: 2026-11-23 is over and has its rates already' },
    ]);
    expect(simulator.calls()).to.equal(1);
  });

  it('is skipped when its slot is older than CATCH_UP_HOURS', async () => {
    const { producer, startClock, query, consumer } = await using({ catchUpHours: 6 });
    await startClock('2026-11-23T20:00:00Z');
    await consumer();
    const before = producer();
    await eventually(async () => expect(await states()).to.deep.equal(['confirmed']));
    await before.stop();
    await startClock('2026-11-24T12:00:00Z');
    producer();
    await eventually(async () =>
      expect(await states()).to.deep.equal(['confirmed', 'skipped', 'skipped']),
    );
    expect(await query("select distinct error from runs where state = 'skipped'")).to.deep.equal([
      { error: 'missed: no producer was running within 6 h of it' },
    ]);
  });

  it('is published after a stream outage of five minutes, without a second fetch', async () => {
    const { producer, consumer, startClock, simulator, streamNetwork, query } = await using();
    await startClock('2026-11-24T01:00:05Z');
    streamNetwork.cut();
    await consumer();
    producer();
    for (const at of ['2026-11-24T01:01:00Z', '2026-11-24T01:02:30Z', '2026-11-24T01:05:06Z']) {
      await eventually(async () =>
        expect(
          (
            await query(
              `select error from runs where state = 'fetched' and lease_until > ledger_now()`,
            )
          )[0]?.['error'],
        ).to.match(/^not published yet: /),
      );
      expect(await query('select from stream_records')).to.deep.equal([]);
      await startClock(at);
    }
    streamNetwork.restore();
    await startClock('2026-11-24T01:05:12Z');
    await eventually(async () => expect(await states()).to.deep.equal(['confirmed']));
    expect(await query('select count(*)::int from rate_observations')).to.deep.equal([
      { count: 7 },
    ]);
    expect(simulator.requests()).to.equal(1);
  });

  it('waits for a consumer that lags, without publishing a second time', async () => {
    const { producer, consumer, startClock, query } = await using();
    await startClock('2026-11-24T01:00:05Z');
    producer();
    await eventually(async () => expect(await states()).to.deep.equal(['published']));
    await startClock('2026-11-24T01:10:00Z');
    producer();
    await eventually(async () =>
      expect((await listRuns(parts.db, { limit: 1 }))[0]?.reason).to.equal(
        'consumer behind: 7 events are still to be read',
      ),
    );
    expect(await query('select count(*)::int from stream_records')).to.deep.equal([{ count: 7 }]);
    await consumer();
    await eventually(async () =>
      expect((await listRuns(parts.db, { limit: 1 }))[0]).to.include({
        state: 'confirmed',
        reason: null,
        publishes: 1,
      }),
    );
  });

  it('is republished when the consumer read past its events without storing them', async () => {
    const { producer, consumer, startClock, query, simulator } = await using();
    await startClock('2026-11-24T01:00:05Z');
    await query(
      `insert into stream_group_offsets
       select 'test', topic, partition, 100 from stream_partitions`,
    );
    const first = producer();
    await eventually(async () => expect(await states()).to.deep.equal(['published']));
    await first.stop();
    await startClock('2026-11-24T01:02:00Z');
    await eventually(async () => {
      await query('update stream_group_offsets set next_offset = 100');
      const again = producer();
      await eventually(async () =>
        expect((await listRuns(parts.db, { limit: 1 }))[0]?.publishes).to.equal(2),
      );
      await again.stop();
    });
    await query('delete from stream_group_offsets');
    await consumer();
    producer();
    await eventually(async () => expect(await states()).to.deep.equal(['confirmed']));
    expect(simulator.calls()).to.equal(1);
  });

  it('fails with the id of the dead letter when one of its events is a dead letter', async () => {
    const { producer, startClock, query } = await using();
    await startClock('2026-11-24T01:00:05Z');
    const first = producer();
    await eventually(async () => expect(await states()).to.deep.equal(['published']));
    await query(
      `insert into dead_letters
         (topic, partition, record_offset, record_timestamp, headers, reason, detail)
       select 'fx.rates.v1', 0, 0, now(), jsonb_build_object('ce_id', event_ids[3]::text),
              'refused', 'for this test'
       from runs`,
    );
    await first.stop();
    producer();
    await eventually(async () => expect(await states()).to.deep.equal(['failed']));
    expect(await query('select error from runs')).to.deep.equal([{ error: 'dead letter 1' }]);
  });

  it('is confirmed once the event of its dead letter is stored', async () => {
    const { producer, consumer, startClock, query } = await using();
    await startClock('2026-11-24T01:00:05Z');
    const first = producer();
    await eventually(async () => expect(await states()).to.deep.equal(['published']));
    await first.stop();
    await query(
      `update runs set state = 'failed', error = 'dead letter 7', failure_code = 'dead_letter',
                       ended_at = ledger_now()`,
    );
    await consumer();
    producer();
    await eventually(async () => expect(await states()).to.deep.equal(['confirmed']));
    expect(await query('select error from runs')).to.deep.equal([{ error: null }]);
  });

  it('that waits for a breaker until next month does not delay other runs', async () => {
    const { ledger, query, setClock } = await using();
    await setClock('2026-11-24T01:00:05Z');
    await query(`insert into runs (source, trigger, slot, currencies, next_attempt_at)
                 values ('simulator', 'schedule', '2026-11-24T01:00:00Z', '{KES}', '2027-01-01')`);
    expect(await ledger.msToNext()).to.equal(60_000);
    await query("update runs set next_attempt_at = '-infinity'");
    expect(await ledger.msToNext()).to.equal(0);
  });

  it('interrupted by a shutdown during a fetch is due at once for the next producer', async () => {
    const logged: { level: number; msg: string }[] = [];
    const log = pino({ level: 'info' }, { write: (line) => void logged.push(JSON.parse(line)) });
    const { producer, startClock, query, simulator } = await using({ log });
    await startClock('2026-11-24T01:00:05Z');
    simulator.setFault('hang', 1);
    const first = producer();
    await eventually(() => expect(simulator.requests()).to.equal(1));
    await first.stop();
    expect(logged.map(({ level, msg }) => `${level} ${msg}`)).to.include(
      '30 fetch interrupted, retrying later',
    );
    expect(logged.filter(({ level }) => level >= 50)).to.deep.equal([]);
    const [left] = await query<{ state: string; error: string; late: number }>(
      `select state, error, extract(epoch from next_attempt_at - ledger_now())::int as late
       from runs`,
    );
    expect(left).to.deep.include({ state: 'retrying' });
    expect(left?.late).to.be.at.most(0);
    expect(left?.error).to.match(/was interrupted by a shutdown/);
    producer();
    await eventually(async () => expect(await states()).to.deep.equal(['published']));
  });

  it('requested by hand expires after ten minutes; the next request gets a new run', async () => {
    const { requests, setClock, query } = await using();
    await setClock('2026-11-24T01:00:05Z');
    const first = await requests.request();
    await setClock('2026-11-24T01:10:00Z');
    expect(await requests.request()).to.equal(first);
    await setClock('2026-11-24T01:10:06Z');
    expect(await requests.request()).not.to.equal(first);
    expect(await query('select state, error from runs where run_id = ?', [first])).to.deep.equal([
      { state: 'skipped', error: 'expired: no producer claimed it within 10 minutes' },
    ]);
  });

  it('is retried until the next slot is due, then fails with its last reason', async () => {
    const { producer, setClock, simulator, query } = await using();
    await setClock('2026-11-24T01:00:05Z');
    // A 404 is not retried within the attempt, so that an attempt takes no time.
    simulator.setFault('404');
    const waits: [string, number][] = [
      ['2026-11-24T01:05:06Z', 2],
      ['2026-11-24T01:20:07Z', 3],
      ['2026-11-24T02:20:08Z', 4],
    ];
    let running = producer();
    await eventually(async () =>
      expect(await query('select attempts from runs where ended_at is not null')).to.deep.equal([
        { attempts: 1 },
      ]),
    );
    for (const [at, attempts] of waits) {
      await running.stop();
      await setClock(at);
      running = producer();
      await eventually(async () =>
        expect(
          await query(`select state, attempts from runs where ended_at >= '${at}'`),
        ).to.deep.equal([{ state: 'retrying', attempts }]),
      );
    }
    await running.stop();
    await setClock('2026-11-24T23:00:01Z');
    producer();
    await eventually(async () =>
      expect((await query('select state, error from runs order by slot'))[0]).to.deep.include({
        state: 'failed',
      }),
    );
    const [slot] = await query<{ error: string }>('select error from runs order by slot');
    expect(slot?.error).to.match(/got 404.*; given up, the next slot is due/);
  });
});

describe('the daily budget', () => {
  it('is never exceeded by 500 slots with faults and 1,000 POSTs at once', async function () {
    this.timeout(120_000);
    const parts = await pipeline({ dailyBudget: 10, currencies: ['KES'] });
    try {
      await parts.setClock('2026-11-24T08:00:00Z');
      await parts.consumer();
      const { url } = await parts.api();
      const slots = Array.from({ length: 500 }, (_, n) =>
        new Date(Date.parse('2026-11-24T00:00:00Z') + n * 30_000).toISOString(),
      );
      await fileSlots(
        parts.db,
        { source: 'simulator', currencies: ['KES'] },
        slots.map((slot) => ({ slot, trigger: 'catch-up' })),
      );
      // Each of these may have been billed.
      parts.simulator.setFault('html', 3);
      const posts = Array.from({ length: 1000 }, () =>
        axios.post<{ success: boolean; detail?: string }>(`${url}/v1/rates/update`, null, {
          validateStatus: () => true,
        }),
      );
      for (let n = 0; n < 3; n++) parts.producer();
      for (const [fault, after] of [
        ['truncated', 3],
        ['reset', 4],
      ] as const) {
        await eventually(() => expect(parts.simulator.requests()).to.be.at.least(after));
        parts.simulator.setFault(fault, 1);
      }
      const responses = (await Promise.all(posts)).map(
        ({ status, data }) => `${status} ${data.detail ?? data.success}`,
      );
      for (const response of responses)
        expect(response).to.match(
          /^200 true$|^202 still running$|^400 not enough for .* of 10 used today|^400 XE: .*retried at/,
        );
      await eventually(async () =>
        expect(
          await parts.query(
            `select from runs
             where state in ('due', 'claimed', 'retrying') and next_attempt_at <= ledger_now()`,
          ),
        ).to.deep.equal([]),
      );
      expect(parts.simulator.requests()).to.be.within(5, 10);
      const [spent] = await parts.query<{ cost: number }>(
        'select sum(cost)::int as cost from runs',
      );
      expect(spent?.cost).to.be.within(parts.simulator.requests(), 10);
      expect(
        await parts.query("select from runs where state = 'failed' and error is null"),
      ).to.deep.equal([]);
    } finally {
      await parts.stop();
    }
  });
});
