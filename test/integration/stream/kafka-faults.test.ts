import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { startConsumer } from '../../../consumer/index.ts';
import { UnreadableSet } from '../../../stream/kafka/codecs.ts';
import { kafkaFault, kafkaTrouble } from '../../../stream/kafka/faults.ts';
import { openKafkaStream } from '../../../stream/kafka/stream.ts';
import type { EventStream, StreamRecord, Subscription } from '../../../stream/port.ts';
import { brokerMissing, sharedBroker } from '../../support/broker.ts';
import { testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { makeRate, makeRecord } from '../../support/make-rate.ts';
import { onGiveUp, quiet } from '../../support/quiet.ts';
import { isInstalled, skipWithout } from '../../support/requirements.ts';

const named = (name: string, more: object = {}) =>
  Object.assign(new Error(name), { name, ...more });

describe('what an error of kafkajs means', () => {
  it('is an outage when the broker is unreachable or starting, however deep it is wrapped', () => {
    expect(kafkaFault(named('KafkaJSConnectionError', { code: 'ECONNREFUSED' }))).to.equal(
      'unavailable',
    );
    expect(
      kafkaFault(
        named('KafkaJSNumberOfRetriesExceeded', { cause: named('KafkaJSBrokerNotFound') }),
      ),
    ).to.equal('unavailable');
    expect(
      kafkaFault(named('KafkaJSProtocolError', { type: 'NOT_COORDINATOR_FOR_GROUP', code: 16 })),
    ).to.equal('unavailable');
  });

  it('is a death for everything that a working broker answers, and for our own faults', () => {
    expect(
      kafkaFault(named('KafkaJSProtocolError', { type: 'GROUP_AUTHORIZATION_FAILED', code: 30 })),
    ).to.equal('broken');
    expect(kafkaFault(new TypeError('undefined is not a function'))).to.equal('broken');
  });

  it('names a codec that cannot be read, and what to do', () => {
    const unreadable = new UnreadableSet(
      'a record set compressed with zstd cannot be decompressed',
    );
    const error = named('KafkaJSNonRetriableError', { cause: unreadable });
    expect(kafkaFault(error)).to.equal('unreadable');
    expect(kafkaTrouble(error, 'fx')).to.match(
      /^kafka: fx: a record set compressed with zstd cannot be decompressed.*publish its/,
    );
  });
});

describe('a consumer whose broker is away', () => {
  it('stops at once, without waiting until kafkajs gives the broker up', async () => {
    const settings = { brokers: ['127.0.0.1:1'], ssl: false, sasl: null, clientId: 'test' };
    const away = openKafkaStream({ settings, log: quiet });
    const reading = await away.subscribe({
      topic: 'fx',
      group: 'fx',
      onBatch: () => Promise.resolve(),
    });
    const asked = performance.now();
    await reading.stop();
    expect(performance.now() - asked).to.be.below(1000);
    await away.close();
  });
});

(brokerMissing() ? describe.skip : describe)(
  'a consumer on Kafka that meets what it cannot cope with',
  function () {
    this.timeout(120_000);
    let brokers: string[];
    let stream: EventStream;
    let subscription: Subscription | undefined;
    const topicWith = async (settings: Record<string, string>): Promise<string> => {
      const topic = `t.${randomUUID()}`;
      const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
      await admin.createTopics({
        topics: [{ topic, numPartitions: 1, configEntries }],
        waitForLeaders: true,
      });
      await admin.disconnect();
      return topic;
    };
    const read = async (topic: string) => {
      const seen: string[] = [];
      subscription = await stream.subscribe({
        topic,
        group: topic,
        onBatch: (records) =>
          Promise.resolve(void seen.push(...records.map(({ value }) => String(value)))),
      });
      return seen;
    };
    /** The consumer of the pipeline with a database of its own. */
    const consuming = async (
      topic: string,
      letters: string | null,
      known?: Awaited<ReturnType<typeof testDatabase>>,
    ) => {
      const database = known ?? (await testDatabase());
      const consumer = startConsumer({
        db: database.db,
        notifications: database.notifications,
        stream,
        topic: { topic, partitions: 1, replication: 1 },
        group: topic,
        schemaOf: () => Promise.resolve(null),
        publishDeadLetters: letters ? (records) => stream.publish(letters, records) : null,
        onGiveUp,
        log: quiet,
      });
      const stop = async ({ keepDatabase = false } = {}) => {
        await consumer.stop();
        if (!keepDatabase) await database.drop();
      };
      return { database, consumer, stop };
    };
    /** A member with a batch that lasts longer than its session of ten seconds. */
    const startLongBatch = async () => {
      const topic = await topicWith({});
      await stream.publish(topic, [{ key: 'a', value: Buffer.from('1') }]);
      const times = { began: 0, done: 0 };
      const onBatch = async () => {
        times.began++;
        await new Promise((resolve) => setTimeout(resolve, 12_000));
        times.done++;
      };
      return { topic, times, member: await stream.subscribe({ topic, group: topic, onBatch }) };
    };
    let long: Awaited<ReturnType<typeof startLongBatch>>;
    before('start a real broker', async function () {
      this.timeout(180_000);
      ({ brokers } = await sharedBroker());
      stream = openKafkaStream({
        settings: { brokers, ssl: false, sasl: null, clientId: 'faults' },
        log: quiet,
      });
      // It goes on while the other tests do.
      long = await startLongBatch();
    });
    afterEach(() => subscription?.stop());
    after(async () => {
      await long?.member.stop();
      await stream?.close();
    });

    it('names a set that inflates to more than 64 MiB, and keeps the offset', async () => {
      const topic = await topicWith({ 'max.message.bytes': String(8 * 1024 * 1024) });
      const bomb = Buffer.alloc(80 * 1024 * 1024);
      const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
      await producer.connect();
      await producer.send({
        topic,
        messages: [{ key: 'a', value: bomb }],
        compression: CompressionTypes.GZIP,
      });
      await producer.disconnect();
      const seen = await read(topic);
      const isNamed = () =>
        expect(subscription?.health()).to.deep.include({
          code: 'codec_unreadable',
          trouble:
            `kafka: ${topic}: a record set compressed with gzip inflates to more than 64 MiB. ` +
            'The offset stays in front of it: publish its records again with gzip and in ' +
            'smaller sets, then move the group past it',
        });
      await eventually(isNamed);
      // It is retried, and never looks healthy in between.
      for (let look = 0; look < 40; look++) {
        isNamed();
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      expect(seen).to.deep.equal([]);
      expect((await stream.positions(topic, topic))[0]?.committed).to.equal(null);
    });

    it('reads gzip, which large batches are written in', async () => {
      const topic = await topicWith({});
      await stream.publish(
        topic,
        Array.from({ length: 100 }, (_, n) => ({
          key: 'a',
          value: Buffer.from(`${n} ${'x'.repeat(1000)}`),
        })),
      );
      const seen = await read(topic);
      await eventually(() => expect(seen).to.have.length(100));
    });

    it('takes a record of 2 MiB; one that the topic refuses is no outage', async () => {
      const topic = await topicWith({ 'max.message.bytes': String(4 * 1024 * 1024) });
      const noise = Buffer.from(
        Array.from(
          { length: 2 * 1024 * 1024 },
          (_, n) => (Math.imul(n, 2_654_435_761) >>> 13) & 0xff,
        ),
      );
      await stream.publish(topic, [{ key: 'a', value: noise }]);
      const seen = await read(topic);
      await eventually(() => expect(seen).to.have.length(1));
      const small = await topicWith({ 'max.message.bytes': '2000' });
      const refused = await stream
        .publish(small, [{ key: 'a', value: noise }])
        .catch((error: Error) => error);
      expect(refused).to.have.property('name', 'RecordTooLarge');
    });

    it('alarms when records were deleted unread, and stores what is left', async () => {
      const topic = await topicWith({});
      const rates = Array.from({ length: 10 }, (_, n) =>
        makeRate('KES', `129.${n + 1}`, { run_id: `run-${n}` }),
      );
      await stream.publish(topic, rates.slice(0, 2).map(makeRecord));
      const first = await stream.subscribe({
        topic,
        group: topic,
        onBatch: () => Promise.resolve(),
      });
      await eventually(async () =>
        expect((await stream.positions(topic, topic))[0]?.committed).to.equal('2'),
      );
      await first.stop();
      await stream.publish(topic, rates.slice(2).map(makeRecord));
      const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      // What deletes must have heard of the topic's leaders, and asks for them only here.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] });
      await admin.disconnect();
      const { database, consumer, stop } = await consuming(topic, null);
      await eventually(async () =>
        expect(await database.query('select count(*) from rate_observations')).to.deep.equal([
          { count: '4' },
        ]),
      );
      await eventually(async () => expect((await consumer.health())['lag']).to.equal('0'));
      expect((await consumer.health()).trouble).to.match(
        /\/0: 4 records from offset 2 on were deleted before they were read/,
      );
      await stop();
    });

    it('alarms when the offsets have expired and records were deleted unread', async () => {
      const topic = await topicWith({});
      const publish = (...runs: string[]) =>
        stream.publish(
          topic,
          runs.map((run_id) => makeRecord(makeRate('KES', '129', { run_id }))),
        );
      await publish('a', 'b');
      const first = await consuming(topic, null);
      await eventually(async () =>
        expect(await first.consumer.health()).to.deep.include({ trouble: null, lag: '0' }),
      );
      await first.stop({ keepDatabase: true });
      await publish('c', 'd', 'e');
      const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      await eventually(() => admin.deleteGroups([topic]));
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] });
      await admin.disconnect();
      const second = await consuming(topic, null, first.database);
      await eventually(async () =>
        expect(await second.consumer.health()).to.deep.include({
          code: 'log_gap',
          trouble:
            `stream: ${topic}/0: 2 records from offset 2 on were deleted before they were read; ` +
            'publish them again, then restart the consumer',
        }),
      );
      await second.stop();
    });

    it('makes dead letters of what foreign producers write, and goes on', async function () {
      skipWithout(this, 'headers without a value', isInstalled('kcat') ? null : 'no kcat');
      const [topic, letters] = [
        await topicWith({ 'message.timestamp.after.max.ms': String(Number.MAX_SAFE_INTEGER) }),
        await topicWith({}),
      ];
      const [broker] = brokers;
      const flags = ['-P', '-b', broker as string, '-t', topic, '-k', 'USD-KES'];
      const headers = ['-H', 'traceparent', '-H', 'hop=1', '-H', 'hop=2'];
      execFileSync('kcat', [...flags, ...headers], { input: 'by kcat' });
      const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
      await producer.connect();
      const micros = String(Date.now() * 1000);
      await producer.send({
        topic,
        messages: [{ key: 'a', value: 'in microseconds', timestamp: micros }],
      });
      await producer.disconnect();
      await stream.publish(topic, [makeRecord(makeRate('KES', '129.15'))]);
      const { database, consumer, stop } = await consuming(topic, letters);
      await eventually(async () =>
        expect(await consumer.health()).to.deep.include({ trouble: null, lag: '0' }),
      );
      const rows = await database.query(
        'select headers, record_timestamp is null as timeless from dead_letters order by id',
      );
      expect(rows).to.deep.equal([
        { headers: { traceparent: null, hop: ['1', '2'] }, timeless: false },
        { headers: {}, timeless: true },
      ]);
      const published: StreamRecord[] = [];
      for await (const records of stream.read({ topic: letters })) published.push(...records);
      expect(published.map(({ value }) => String(value))).to.deep.equal([
        'by kcat',
        'in microseconds',
      ]);
      expect(published[0]?.headers['hop']).to.deep.equal([Buffer.from('1'), Buffer.from('2')]);
      expect(String(published[1]?.headers['kafka_dlt-original-timestamp'])).to.equal(micros);
      await stop();
    });

    it('keeps a dead letter that its topic refuses whole in its row, and goes on', async () => {
      const [topic, letters] = [
        await topicWith({}),
        await topicWith({ 'max.message.bytes': '2000' }),
      ];
      const poison = Buffer.from(
        Array.from({ length: 5000 }, (_, n) => (Math.imul(n, 2_654_435_761) >>> 13) | 1),
      );
      await stream.publish(topic, [
        { key: 'USD-KES', value: poison },
        makeRecord(makeRate('KES', '129.15')),
      ]);
      const { database, consumer, stop } = await consuming(topic, letters);
      await eventually(async () =>
        expect(await consumer.health()).to.deep.include({ trouble: null, lag: '0' }),
      );
      expect(await database.query('select mid from daily_rates')).to.deep.equal([
        { mid: '129.15' },
      ]);
      const rows = await database.query(
        'select topic, partition, record_offset, key, value, reason from dead_letters',
      );
      const row = {
        topic,
        partition: 0,
        record_offset: '0',
        key: Buffer.from('USD-KES'),
        value: poison,
        reason: 'wrong magic byte',
      };
      expect(rows).to.deep.equal([row]);
      const published: StreamRecord[] = [];
      for await (const records of stream.read({ topic: letters })) published.push(...records);
      const first = poison.toString('hex', 0, 1);
      const said = published.map(({ key, value, headers }) => ({
        key,
        value,
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, text]) => [name, String(text)]),
        ),
      }));
      expect(said).to.have.length(1);
      expect(said[0]).to.deep.include({ key: null, value: null });
      expect(said[0]?.headers).to.include({
        'kafka_dlt-original-topic': topic,
        'kafka_dlt-original-partition': '0',
        'kafka_dlt-original-offset': '0',
        'kafka_dlt-exception-message': `wrong magic byte: expected 0x00 first, got 0x${first}`,
      });
      expect(said[0]?.headers['kafka_dlt-value-omitted']).to.match(
        /^5000 bytes are in the row of dead_letters only: kafka: .* takes no record of this size/,
      );
      await stop();
    });

    it('keeps its partitions through a batch that lasts longer than its session', async () => {
      const { topic, times, member } = long;
      await eventually(async () =>
        expect((await stream.positions(topic, topic))[0]?.committed).to.equal('1'),
      );
      expect(times).to.deep.equal({ began: 1, done: 1 });
      expect(member.health()).to.deep.equal({ trouble: null, code: null, partitions: [0] });
    });
  },
);
