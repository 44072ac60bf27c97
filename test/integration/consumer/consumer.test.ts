import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { openDeadLetters } from '../../../consumer/dead-letters.ts';
import { batchHandler } from '../../../consumer/handle-batch.ts';
import { type Consumer, startConsumer } from '../../../consumer/index.ts';
import { openRateStore } from '../../../consumer/rate-store.ts';
import type { RateObserved } from '../../../events/rate-observed.ts';
import { rateDecoder } from '../../../events/wire-format.ts';
import { openDatabase } from '../../../platform/database.ts';
import type {
  BatchHandler,
  EventStream,
  OutgoingRecord,
  StreamRecord,
} from '../../../stream/port.ts';
import { openPostgresStream } from '../../../stream/postgres/stream.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { makeRate, makeRecord } from '../../support/make-rate.ts';
import { onGiveUp, quiet } from '../../support/quiet.ts';

const TOPIC = 'fx.rates.v1';

describe('the consumer', () => {
  let database: TestDatabase;
  let consumer: Consumer;
  let stream: ReturnType<typeof openPostgresStream>;

  beforeEach(async () => {
    database = await testDatabase();
    const { db, url, notifications } = database;
    stream = openPostgresStream({ db, url, notifications, log: quiet });
    await stream.createTopic({ topic: TOPIC, partitions: 3, replication: 1 });
    consumer = startConsumer({
      db: database.db,
      notifications: database.notifications,
      stream,
      topic: { topic: TOPIC, partitions: 3, replication: 1 },
      group: 'test',
      schemaOf: () => Promise.resolve(null),
      publishDeadLetters: null,
      onGiveUp,
      log: quiet,
    });
  });
  afterEach(async () => {
    await consumer.stop();
    await database.drop();
  });

  /** Everything that was published has been committed by the group. */
  const settled = () =>
    eventually(async () => expect((await consumer.health())['lag']).to.equal('0'));
  const publish = async (...rates: RateObserved[]) => {
    await stream.publish(TOPIC, rates.map(makeRecord));
    await settled();
  };
  const rates = () =>
    database.query(
      `select rate_date, quote_currency, mid, source from daily_rates
       order by rate_date, quote_currency`,
    );
  const tables = () =>
    database.query<{ digest: string }>(
      `select (select md5(string_agg(d::text, '|' order by d::text)) from daily_rates d)
           || (select md5(string_agg(o::text, '|' order by o::text)) from (
                select event_id, run_id, source, base_currency, quote_currency, mid, observed_at,
                       fetched_at
                from rate_observations) o) as digest`,
    );

  it('keeps one rate per currency and day when the same pull is delivered twice', async () => {
    await publish(makeRate('NGN', '1543.21'), makeRate('NGN', '1543.21'));
    await publish(makeRate('NGN', '1543.21'));
    expect(await rates()).to.deep.equal([
      { rate_date: '2026-11-23', quote_currency: 'NGN', mid: '1543.21', source: 'xe' },
    ]);
    expect(await database.query('select count(*) from rate_observations')).to.deep.equal([
      { count: '1' },
    ]);
  });

  it('takes the day from the UTC date of the observation, not of the fetch', async () => {
    await publish(
      makeRate('KES', '129.1', {
        observed_at: '2026-11-23T23:59:59.999Z',
        fetched_at: '2026-11-24T00:00:03.000Z',
      }),
    );
    expect((await rates())[0]).to.include({ rate_date: '2026-11-23' });
  });

  it('lets the newest observation of a day win, whatever the order they come in', async () => {
    const morning = makeRate('KES', '129.1', {
      run_id: 'a',
      observed_at: '2026-11-23T01:00:00.000Z',
    });
    const night = makeRate('KES', '129.9', {
      run_id: 'b',
      observed_at: '2026-11-23T23:00:00.000Z',
    });
    await publish(night);
    await publish(morning);
    expect((await rates())[0]).to.include({ mid: '129.9' });
  });

  it('lets a real rate win over a simulated one that is newer', async () => {
    await publish(makeRate('KES', '129.1', { run_id: 'a' }));
    await publish(
      makeRate('KES', '1', {
        run_id: 'b',
        source: 'simulator',
        observed_at: '2026-11-23T23:00:00.000Z',
      }),
    );
    expect(await rates()).to.deep.equal([
      { rate_date: '2026-11-23', quote_currency: 'KES', mid: '129.1', source: 'xe' },
    ]);
  });

  it('writes nothing when a replay changes nothing', async () => {
    await publish(makeRate('KES', '129.1'), makeRate('NGN', '1543.21'));
    const versions = () =>
      database.query('select xmin::text, ctid::text from daily_rates order by quote_currency');
    const before = await versions();
    await publish(makeRate('KES', '129.1'), makeRate('NGN', '1543.21'));
    expect(await versions()).to.deep.equal(before);
  });

  it('keeps the id of a run to the letter, whatever it means elsewhere', async () => {
    const ids = ['a,b', '{x}', '"q"', 'back\\slash', 'NULL', "it's", '$1', '?', ':mid'];
    await publish(
      ...ids.map((run_id, n) =>
        makeRate('KES', '129.1', { run_id, fetched_at: `2026-11-23T01:00:0${n}.000Z` }),
      ),
    );
    const stored = await database.query('select run_id from rate_observations order by fetched_at');
    expect(stored.map(({ run_id }) => run_id)).to.deep.equal(ids);
  });

  it('ends with byte-equal tables when 20 days are delivered three times, shuffled', async () => {
    const history = Array.from({ length: 20 }, (_, day) =>
      ['NGN', 'GHS', 'KES', 'UGX', 'MAD', 'XOF', 'EGP'].flatMap((currency, n) =>
        ['01', '23'].map((hour) =>
          makeRate(currency, `${100 + n}.${String(day).padStart(2, '0')}${hour}`, {
            run_id: `run-${day}-${hour}`,
            observed_at: `2026-10-${String(day + 1).padStart(2, '0')}T${hour}:00:00.000Z`,
          }),
        ),
      ),
    ).flat();
    await publish(...history);
    const [once] = await tables();
    expect(await database.query('select count(*) from daily_rates')).to.deep.equal([
      { count: '140' },
    ]);
    for (let delivery = 0; delivery < 3; delivery++) await publish(...shuffled(history, delivery));
    expect((await tables())[0]).to.deep.equal(once);
    // The tables are a function of the set of events, whatever the order.
    await database.query('truncate daily_rates, rate_observations');
    await publish(...shuffled([...history, ...history], 3));
    expect((await tables())[0]).to.deep.equal(once);
  });

  it('keeps what is no event as a dead letter with its bytes, and stores the others', async () => {
    const good = makeRate('GHS', '11.5');
    const bad = Buffer.from('{"no":"event"}');
    await stream.publish(TOPIC, [
      { key: 'USD-GHS', value: bad, headers: { who: 'a stranger' } },
      makeRecord(good),
    ]);
    await settled();
    expect(await rates()).to.have.length(1);
    const letters = await database.query(
      `select topic, record_offset, convert_from(value, 'utf8') as value, headers, reason, state
       from dead_letters`,
    );
    expect(letters).to.deep.equal([
      {
        topic: TOPIC,
        record_offset: '0',
        value: '{"no":"event"}',
        headers: { who: 'a stranger' },
        reason: 'wrong magic byte',
        state: 'open',
      },
    ]);
  });

  it('keeps a rate that Postgres refuses as a dead letter, and stores the others', async () => {
    await database.query(
      'alter table rate_observations add constraint refused check (mid <> 48.2)',
    );
    await publish(
      makeRate('EGP', '48.1'),
      makeRate('EGP', '48.2', { run_id: 'b' }),
      makeRate('MAD', '9.3'),
    );
    expect((await rates()).map(({ quote_currency }) => quote_currency)).to.deep.equal([
      'EGP',
      'MAD',
    ]);
    expect(await database.query('select reason, reason_code from dead_letters')).to.deep.equal([
      { reason: 'refused by Postgres', reason_code: 'refused_by_postgres' },
    ]);
  });

  it('keeps an event that is dated more than a day ahead as a dead letter', async () => {
    const tomorrow = new Date(Date.now() + 3_600_000).toISOString();
    const ahead = new Date(Date.now() + 2 * 86_400_000).toISOString();
    // Past the check of `encodeRate`: bytes of a producer that does not check.
    const unchecked = (rate: RateObserved): OutgoingRecord => {
      const { value } = makeRecord({ ...rate, observed_at: DAY_0, fetched_at: DAY_0 });
      const bytes = Buffer.from(value as Buffer);
      const at = bytes.indexOf(DAY_0_VARINT);
      const instants = [rate.observed_at, rate.fetched_at].map((iso) => varint(Date.parse(iso)));
      // What follows the instants stays, so that a later version of the event passes too.
      const rest = bytes.subarray(at + 2 * DAY_0_VARINT.length);
      return { key: null, value: Buffer.concat([bytes.subarray(0, at), ...instants, rest]) };
    };
    const far = '2099-01-01T00:00:00.000Z';
    await stream.publish(TOPIC, [
      unchecked(makeRate('KES', '129.1', { observed_at: far, fetched_at: tomorrow })),
      unchecked(makeRate('NGN', '1543', { observed_at: far, fetched_at: far })),
      unchecked(makeRate('GHS', '11', { observed_at: tomorrow, fetched_at: ahead })),
      unchecked(makeRate('UGX', '3700', { observed_at: tomorrow, fetched_at: tomorrow })),
    ]);
    await settled();
    expect((await rates()).map(({ quote_currency }) => quote_currency)).to.deep.equal(['UGX']);
    const letters = await database.query(
      'select reason_code from dead_letters order by reason_code',
    );
    expect(letters.map(({ reason_code }) => reason_code)).to.deep.equal([
      'fetched_ahead',
      'observed_ahead',
      'observed_ahead',
    ]);
  });

  it('keeps the record of a bug as a dead letter and goes on', async () => {
    const handle = batchHandler({
      decode: Object.assign(() => Promise.reject(new TypeError('of undefined')), {
        decodeNow: () => null,
      }),
      store: openRateStore(database.db),
      deadLetters: openDeadLetters({ db: database.db, publish: null, log: quiet }),
      log: quiet,
    });
    const record = { topic: TOPIC, partition: 0, offset: '7', key: null, headers: {} };
    expect(await handle([{ ...record, timestampMs: '1', value: Buffer.from('x') }])).to.include({
      dead: 1,
    });
    expect(await database.query('select reason_code, detail from dead_letters')).to.deep.equal([
      { reason_code: 'internal_error', detail: 'of undefined' },
    ]);
  });

  it('ignores a tombstone', async () => {
    await stream.publish(TOPIC, [{ key: 'USD-KES', value: null }]);
    await settled();
    expect(await database.query('select count(*) from dead_letters')).to.deep.equal([
      { count: '0' },
    ]);
  });

  it('counts the tombstones of batches that come side by side', async () => {
    let onBatch: BatchHandler = () => Promise.reject(new Error('not subscribed'));
    const subscribe: EventStream['subscribe'] = (to) => {
      onBatch = to.onBatch;
      return stream.subscribe({ ...to, group: 'unused' });
    };
    const topic = { topic: TOPIC, partitions: 3, replication: 1 };
    const parts = {
      db: database.db,
      notifications: database.notifications,
      stream: { ...stream, subscribe },
      topic,
      group: 'other',
    };
    const another = startConsumer({
      ...parts,
      schemaOf: () => Promise.resolve(null),
      publishDeadLetters: null,
      onGiveUp,
      log: quiet,
    });
    const tombstone = {
      topic: TOPIC,
      offset: '0',
      timestampMs: '1795395600000',
      key: null,
      value: null,
      headers: {},
    };
    const { value } = makeRecord(makeRate('KES', '129.1'));
    const batchOf = (partition: number) => [
      { ...tombstone, partition },
      { ...tombstone, partition, value },
    ];
    await eventually(() => onBatch(batchOf(0)));
    await Promise.all([1, 2].map((partition) => onBatch(batchOf(partition))));
    const { tombstones } = await another.health();
    await another.stop();
    expect(tombstones).to.equal(3);
  });

  it('makes no dead letter in an outage: it retries, and then stores everything', async () => {
    await database.query('alter table daily_rates rename to away');
    await stream.publish(TOPIC, [makeRecord(makeRate('KES', '129.1'))]);
    await eventually(async () => expect((await consumer.health()).trouble).to.match(/daily_rates/));
    await database.query('alter table away rename to daily_rates');
    await settled();
    expect(await rates()).to.have.length(1);
    expect(await database.query('select count(*) from dead_letters')).to.deep.equal([
      { count: '0' },
    ]);
    await eventually(async () => expect((await consumer.health()).trouble).to.equal(null));
  });

  it('stores everything though its backends are terminated again and again', async () => {
    const rates200 = Array.from({ length: 200 }, (_, n) =>
      makeRate('KES', `129.${n + 1}`, {
        run_id: `run-${n}`,
        observed_at: new Date(Date.UTC(2026, 0, 1 + n)).toISOString(),
      }),
    );
    for (let n = 0; n < 200; n += 20) {
      const records = rates200.slice(n, n + 20).map(makeRecord);
      // The publisher's own connection dies too; the caller repeats a refused publish.
      await eventually(() => stream.publish(TOPIC, records));
      await database
        .query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid()`,
        )
        .catch(() => undefined);
    }
    await settled();
    expect(
      await database.query('select count(*), count(distinct rate_date) as days from daily_rates'),
    ).to.deep.equal([{ count: '200', days: '200' }]);
    expect(await database.query('select count(*) from dead_letters')).to.deep.equal([
      { count: '0' },
    ]);
  });
});

describe('rates that are saved again and again', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  const day = (n: number) =>
    makeRate('KES', `129.${n + 1}`, {
      run_id: 'again',
      observed_at: `2026-11-0${n + 1}T01:00:00.000Z`,
    });
  const known = Array.from({ length: 5 }, (_, n) => day(n));
  const days = () =>
    database.query('select count(*) as n from daily_rates').then(([row]) => Number(row?.['n']));

  it('write what has gone from either table meanwhile, and what is new', async () => {
    const store = openRateStore(database.db);
    expect(await store.save(known)).to.deep.equal({ inserted: 5, updated_days: 5 });
    for (let time = 0; time < 3; time++)
      expect(await store.save(known)).to.deep.equal({ inserted: 0, updated_days: 0 });
    await database.query("delete from daily_rates where rate_date = '2026-11-02'");
    expect(await store.save(known)).to.deep.equal({ inserted: 0, updated_days: 1 });
    for (let time = 0; time < 2; time++)
      expect(await store.save(known)).to.deep.equal({ inserted: 0, updated_days: 0 });
    await database.query("delete from rate_observations where mid = '129.3'");
    expect(await store.save(known)).to.deep.equal({ inserted: 1, updated_days: 0 });
    await store.save(known);
    expect(await store.save([...known, day(5), day(5)])).to.deep.equal({
      inserted: 1,
      updated_days: 1,
    });
    await store.save(known);
    const later = makeRate('KES', '130', {
      run_id: 'later',
      observed_at: '2026-11-01T23:00:00.000Z',
    });
    expect(await store.save([known[0] as RateObserved, later])).to.deep.equal({
      inserted: 1,
      updated_days: 1,
    });
    expect(await days()).to.equal(6);
  });

  it('are checked and not written, once nothing was new', async () => {
    const store = openRateStore(database.db);
    await store.save(known);
    await store.save(known);
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }) => statements.push(sql);
    database.db.on('query', note);
    await store.save(known);
    database.db.off('query', note);
    expect(statements).to.have.length(1);
    expect(statements[0]).not.to.match(/insert|update|delete/i);
  });

  it('are found by an index, also in large tables that were never analyzed', async () => {
    for (const table of ['rate_observations', 'daily_rates'])
      await database.query(`alter table ${table} set (autovacuum_enabled = false)`);
    const store = openRateStore(database.db);
    const course = Array.from({ length: 20_000 }, (_, n) =>
      makeRate('NGN', '1500', {
        run_id: `day ${n}`,
        observed_at: new Date(Date.UTC(1970, 0, n)).toISOString(),
      }),
    );
    for (let at = 0; at < course.length; at += 500) await store.save(course.slice(at, at + 500));
    const readWhole = async () => {
      await database.query('select pg_stat_force_next_flush()');
      const [read] = await database.query<{ times: number }>(
        `select sum(seq_scan)::int as times from pg_stat_user_tables
         where relname in ('rate_observations', 'daily_rates')`,
      );
      return read?.times;
    };
    await store.save(course.slice(0, 500));
    const before = await readWhole();
    for (let at = 0; at < 5000; at += 500)
      expect((await store.save(course.slice(at, at + 500))).inserted).to.equal(0);
    expect(await readWhole()).to.equal(before);
  });
});

describe('a dead letter', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  const poison: StreamRecord = {
    topic: TOPIC,
    partition: 2,
    offset: '41',
    timestampMs: '1795395600000',
    key: Buffer.from('USD-KES'),
    value: Buffer.from([1, 2, 0, 255, 3, 4]),
    headers: { text: Buffer.from('é'), bytes: Buffer.from([255, 0]) },
  };
  const handler = (
    publish: (records: readonly OutgoingRecord[]) => Promise<never[]>,
    db = database.db,
  ) =>
    batchHandler({
      decode: rateDecoder(() => Promise.resolve(null)),
      store: openRateStore(db),
      deadLetters: openDeadLetters({ db, publish, log: quiet }),
      log: quiet,
    });

  it('goes to its topic with origin and reason as headers, and to a row, once', async () => {
    const sent: OutgoingRecord[] = [];
    const handle = handler((records) => {
      sent.push(...records);
      return Promise.resolve([]);
    });
    await handle([poison]);
    await handle([poison]);
    expect(sent).to.have.length(1);
    expect(sent[0]).to.deep.include({ key: poison.key, value: poison.value });
    expect(sent[0]?.headers).to.deep.include({
      bytes: Buffer.from([255, 0]),
      'kafka_dlt-original-topic': TOPIC,
      'kafka_dlt-original-partition': '2',
      'kafka_dlt-original-offset': '41',
      'kafka_dlt-original-timestamp': '1795395600000',
      'kafka_dlt-exception-fqcn': 'UndecodableRecord',
      'kafka_dlt-exception-message': 'wrong magic byte: expected 0x00 first, got 0x01',
    });
    expect(
      await database.query('select record_offset, value, headers from dead_letters'),
    ).to.deep.equal([
      {
        record_offset: '41',
        value: poison.value,
        headers: { text: 'é', bytes: { base64: '/wA=' } },
      },
    ]);
  });

  it('is not published again and again while Postgres cannot take its row', async () => {
    let published = 0;
    const away = openDatabase({ url: 'postgres://fx:x@127.0.0.1:1/none', name: 'test' });
    const handle = handler(() => {
      published++;
      return Promise.resolve([]);
    }, away);
    for (let attempt = 0; attempt < 5; attempt++)
      await handle([{ ...poison, offset: '43' }]).catch(() => undefined);
    await away.destroy();
    expect(published).to.equal(0);
  });

  it('keeps headers without a value or repeated, and times in other units', async () => {
    const sent: OutgoingRecord[] = [];
    const handle = handler((records) => {
      sent.push(...records);
      return Promise.resolve([]);
    });
    const headers = { traceparent: null, hop: [Buffer.from('1'), null, Buffer.from('3')] };
    const times = {
      seconds: '1795395600',
      micro: '1795395600000000',
      nano: '1795395600000000000',
      none: '-1',
    };
    for (const [index, timestampMs] of Object.values(times).entries())
      await handle([{ ...poison, offset: String(50 + index), headers, timestampMs }]);
    expect(
      await database.query(
        'select record_timestamp, headers from dead_letters where record_offset >= 50',
      ),
    ).to.deep.equal(
      Object.values(times).map(() => ({
        record_timestamp: null,
        headers: { traceparent: null, hop: ['1', null, '3'] },
      })),
    );
    expect(sent.map((letter) => letter.headers?.['kafka_dlt-original-timestamp'])).to.deep.equal(
      Object.values(times),
    );
    expect(sent[0]?.headers).to.deep.include(headers);
  });

  it('goes to its topic without a value that is refused, and whole into its row', async () => {
    const sent: OutgoingRecord[] = [];
    const handle = handler((records) => {
      if (records.some(({ value }) => value !== null))
        return Promise.reject(new RangeError('Invalid time value'));
      sent.push(...records);
      return Promise.resolve([]);
    });
    await handle([{ ...poison, offset: '60' }]);
    expect(sent[0]?.headers).to.include({
      'kafka_dlt-original-offset': '60',
      'kafka_dlt-value-omitted': '6 bytes are in the row of dead_letters only: Invalid time value',
    });
    expect(
      await database.query('select value from dead_letters where record_offset = 60'),
    ).to.deep.equal([{ value: poison.value }]);
  });

  it('is stored with its value only when Postgres refuses another part of it', async () => {
    await database.query(
      'alter table dead_letters add constraint refused check (headers <> \'{"bad": "x"}\')',
    );
    const handle = handler(() => Promise.resolve([]));
    await handle([{ ...poison, offset: '61', headers: { bad: Buffer.from('x') } }]);
    await database.query('alter table dead_letters drop constraint refused');
    expect(
      await database.query(
        'select value, headers, reason_code from dead_letters where record_offset = 61',
      ),
    ).to.deep.equal([{ value: poison.value, headers: {}, reason_code: 'wrong_magic_byte' }]);
  });

  it('that cannot be published holds the record back instead of losing it', async () => {
    const handle = handler(() => Promise.reject(new Error('the topic is away')));
    const error = await handle([{ ...poison, offset: '42' }]).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property('message', 'the topic is away');
    expect(
      await database.query("select from dead_letters where record_offset = '42'"),
    ).to.have.length(0);
  });

  it('is not made while Postgres cannot be reached', async () => {
    const db = openDatabase({ url: 'postgres://fx:x@127.0.0.1:1/none', name: 'test' });
    const error = await handler(
      () => Promise.resolve([]),
      db,
    )([{ ...poison, offset: randomUUID().length.toString() }]).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'ECONNREFUSED');
    await db.destroy();
  });
});

/** An instant whose bytes occur twice in an event, and nothing else does. */
const DAY_0 = '2026-11-23T00:00:00.000Z';

/** Avro's zig-zag varint. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = BigInt(value) * 2n; ; rest >>= 7n) {
    const isLast = rest < 128n;
    bytes.push(Number(rest & 127n) | (isLast ? 0 : 128));
    if (isLast) return Buffer.from(bytes);
  }
}
const DAY_0_VARINT = varint(Date.parse(DAY_0));

/** A reproducible order for each start. */
function shuffled<T>(items: readonly T[], start: number): T[] {
  let seed = start + 7;
  const order = items.map((item) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return { item, key: seed };
  });
  return order.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
