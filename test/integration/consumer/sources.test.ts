import { expect } from 'chai';
import { openDeadLetters } from '../../../consumer/dead-letters.ts';
import { batchHandler } from '../../../consumer/handle-batch.ts';
import { openRateStore } from '../../../consumer/rate-store.ts';
import { rateDecoder } from '../../../events/wire-format.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { StreamRecord } from '../../../stream/port.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { makeRate, makeRecord } from '../../support/make-rate.ts';
import { quiet } from '../../support/quiet.ts';

const DAY = '2026-11-23';
const rate = (source: string, mid: string, time: string, run = source) =>
  makeRate('KES', mid, {
    source,
    run_id: `${run}-${time}`,
    observed_at: `${DAY}T${time}:00.000Z`,
    fetched_at: `${DAY}T23:30:00.000Z`,
  });
const XE = rate('xe', '129.1', '01:00');
const XE_LATER = rate('xe', '129.2', '02:00');
const FALLBACK = rate('openexchangerates', '129.9', '09:00');
const FALLBACK_LATER = rate('openexchangerates', '130.1', '10:00');
const SIMULATED = rate('simulator', '77', '23:00');
const ALL = [XE, XE_LATER, FALLBACK, FALLBACK_LATER, SIMULATED];

describe('the sources of rates', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());

  const days = () => database.query('select source, mid from daily_rates');
  const tables = async () => [
    await database.query('select event_id from rate_observations order by 1'),
    await database.query('select source, mid, event_id from daily_rates order by 1'),
    await database.query('select source, mid, event_id from second_rates order by 1'),
  ];

  it('decide a day by their rank, then the newest wins', async () => {
    const store = openRateStore(database.db);
    await store.save([SIMULATED]);
    expect(await days()).to.deep.equal([{ source: 'simulator', mid: '77' }]);
    await store.save([FALLBACK_LATER]);
    expect(await days()).to.deep.equal([{ source: 'openexchangerates', mid: '130.1' }]);
    await store.save([XE]);
    expect(await days()).to.deep.equal([{ source: 'xe', mid: '129.1' }]);
    await store.save([XE_LATER, FALLBACK]);
    expect(await days()).to.deep.equal([{ source: 'xe', mid: '129.2' }]);
  });

  it('three of them give equal tables in any order and in batches of any size', async () => {
    const orders = [ALL, [...ALL].reverse(), [FALLBACK, SIMULATED, XE_LATER, FALLBACK_LATER, XE]];
    let expected: unknown;
    for (const order of orders)
      for (const size of [1, 2, 5]) {
        for (const table of ['rate_observations', 'daily_rates', 'second_rates'])
          await database.query(`delete from ${table}`);
        const store = openRateStore(database.db);
        for (let at = 0; at < order.length; at += size)
          await store.save(order.slice(at, at + size));
        expected ??= await tables();
        expect(await tables()).to.deep.equal(expected);
      }
  });

  it('that are unknown are stored with the lowest rank and a warning', async () => {
    const warned: unknown[] = [];
    const log = { ...quiet, warn: (...said: unknown[]) => warned.push(said) } as unknown as Logger;
    const handle = batchHandler({
      decode: rateDecoder(() => Promise.resolve(null)),
      store: openRateStore(database.db, log),
      deadLetters: openDeadLetters({ db: database.db, publish: null, log: quiet }),
      log,
    });
    const unknown = rate('central-bank', '128.8', '03:00');
    const record = (at: number, one: typeof unknown): StreamRecord => ({
      ...{ topic: 't', partition: 0, offset: String(at), timestampMs: '-1', headers: {} },
      key: null,
      value: makeRecord(one).value as Buffer,
    });
    const handled = await handle([record(0, unknown)]);
    expect(handled).to.include({ inserted: 1, dead: 0 });
    expect(await days()).to.deep.equal([{ source: 'central-bank', mid: '128.8' }]);
    expect(
      await database.query("select rank, simulated from sources where name = 'central-bank'"),
    ).to.deep.equal([{ rank: 900, simulated: false }]);
    expect(warned).to.deep.equal([
      [{ sources: ['central-bank'] }, 'unknown source, stored with the lowest rank of real ones'],
    ]);
    await handle([record(1, FALLBACK)]);
    expect(await days()).to.deep.equal([{ source: 'openexchangerates', mid: '129.9' }]);
    expect(await database.query('select from dead_letters')).to.deep.equal([]);
  });

  it('diverge beyond the tolerance, in the rates and in the quality of the day', async () => {
    const store = openRateStore(database.db);
    await store.save([XE, FALLBACK]);
    expect(await database.query('select diverges from rates')).to.deep.equal([{ diverges: false }]);
    await store.save([rate('openexchangerates', '131', '11:00')]);
    const [row] = await database.query(
      'select source, second_source, difference, suspect, diverges from rate_quality',
    );
    expect(row).to.deep.equal({
      source: 'xe',
      second_source: 'openexchangerates',
      difference: '0.01471727',
      suspect: false,
      diverges: true,
    });
  });
});
