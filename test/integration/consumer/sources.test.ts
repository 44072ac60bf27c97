import { expect } from 'chai';
import { replay } from '../../../consumer/corrections.ts';
import { openDeadLetters } from '../../../consumer/dead-letters.ts';
import { batchHandler, startRedrives } from '../../../consumer/handle-batch.ts';
import { openRateStore } from '../../../consumer/rate-store.ts';
import { UndecodableRecord } from '../../../events/rate-observed.ts';
import { rateDecoder } from '../../../events/wire-format.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { StreamRecord } from '../../../stream/port.ts';
import { openPostgresStream } from '../../../stream/postgres/stream.ts';
import { seededRandom, shuffle } from '../../../tools/chaos/random.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { makeRate, makeRecord } from '../../support/make-rate.ts';
import { onGiveUp, quiet } from '../../support/quiet.ts';

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
/** Four days of two currencies: XE's two slots on two, the fallback beside or without it. */
const MANY = ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23'].flatMap((day, n) =>
  ['KES', 'NGN'].flatMap((currency) => {
    const at = (source: string, time: string, mid: string) =>
      makeRate(currency, mid, {
        ...{ source, run_id: `${source}-${day}-${time}` },
        observed_at: `${day}T${time}:00.000Z`,
        fetched_at: `${day}T23:30:00.000Z`,
      });
    return [
      at('simulator', '23:00', '77.50'),
      ...(n === 0 ? [] : [at('openexchangerates', '09:00', `129.90${n}`)]),
      ...(n === 0 ? [] : [at('openexchangerates', '21:00', `130.10${n}`)]),
      ...(n < 2 ? [] : [at('xe', '01:00', `129.1${n}`), at('xe', '02:00', `129.20000${n}`)]),
    ];
  }),
);

describe('the sources of rates', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());

  const days = () => database.query('select source, mid from daily_rates');
  /** The tables whole, but for what tells when and in which order a row was stored. */
  const tables = () =>
    Promise.all(
      ['rate_observations', 'daily_rates', 'second_rates'].map((table) =>
        database.query(
          `select to_jsonb(t) - '{seq,stored_at,stored_by}'::text[] as row from ${table} t
           order by 1`,
        ),
      ),
    );

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

  it('give equal tables by a replay of a topic that holds three of them in any order', async () => {
    const { db, url, notifications, query } = database;
    const stream = openPostgresStream({ db, url, notifications, log: quiet });
    const random = seededRandom(19);
    let expected: unknown;
    for (let round = 0; round < 12; round++) {
      const topic = `order-${round}`;
      await stream.createTopic({ topic, partitions: 3, replication: 1 });
      const order = shuffle([...MANY, ...MANY.filter(() => random() < 0.3)], random);
      const size = 1 + Math.floor(random() * 20);
      for (let at = 0; at < order.length; at += size)
        await stream.publish(topic, order.slice(at, at + size).map(makeRecord));
      for (const table of ['rate_observations', 'daily_rates', 'second_rates'])
        await query(`delete from ${table}`);
      const deps = { db, stream, topic, schemaOf: () => Promise.resolve(null), log: quiet };
      expect(await replay(deps, {})).to.include({ read: order.length, dead: 0 });
      const found = await tables();
      expected ??= found;
      expect(found, `round ${round}`).to.deep.equal(expected);
      expect(await replay(deps, {})).to.include({ inserted: 0, updated_days: 0 });
      expect(await tables(), `round ${round}, again`).to.deep.equal(expected);
    }
    const won = await query('select source, count(*)::int from daily_rates group by 1 order by 1');
    expect(won).to.deep.equal([
      { source: 'openexchangerates', count: 2 },
      { source: 'simulator', count: 2 },
      { source: 'xe', count: 4 },
    ]);
  });

  it('that an old consumer refused are stored when their dead letters are redriven', async () => {
    const store = openRateStore(database.db);
    const decode = rateDecoder(() => Promise.resolve(null));
    const { value } = makeRecord(FALLBACK);
    const old = openDeadLetters({ db: database.db, publish: null, log: quiet });
    const record = { topic: 't', partition: 0, offset: '7', timestampMs: '-1', headers: {} };
    const refusal = new UndecodableRecord('bad_source', 'source: expected xe or simulator');
    await old.keep({ ...record, key: null, value: value as Buffer }, refusal);
    const redrives = startRedrives({
      ...{ ...database, store, decode, onGiveUp, log: quiet },
    });
    await database.query('update dead_letters set redrive_asked_at = now()');
    await database.query("select announce('dead_letters')");
    await eventually(async () =>
      expect(await days()).to.deep.equal([{ source: 'openexchangerates', mid: '129.9' }]),
    );
    await redrives.stop();
  });

  it('may have any name, also one that means something to Postgres', async () => {
    const named = rate('null', '128.7', '03:00');
    await openRateStore(database.db).save([named, rate('null-bank', '128.6', '04:00')]);
    expect(await database.query('select source from rate_observations order by 1')).to.deep.equal([
      { source: 'null' },
      { source: 'null-bank' },
    ]);
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
