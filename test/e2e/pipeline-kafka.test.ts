import { randomUUID } from 'node:crypto';
import avro from 'avsc';
import axios from 'axios';
import { expect } from 'chai';
import { rateDecoder } from '../../events/wire-format.ts';
import { openKafkaStream } from '../../stream/kafka/stream.ts';
import type { EventStream, StreamRecord } from '../../stream/port.ts';
import { openSchemaRegistry } from '../../stream/schema-registry.ts';
import { type Broker, brokerMissing, sharedBroker } from '../support/broker.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Command, command, freePort, get } from '../support/process.ts';
import { quiet } from '../support/quiet.ts';

/** A group of its own: members of one group share the topics of all, also of another test file. */
const GROUP = `fx-rates-${randomUUID()}`;

(brokerMissing() ? describe.skip : describe)(
  'producer, consumer and API as three processes on Kafka and a schema registry',
  function () {
    this.timeout(90_000);
    let broker: Broker;
    let database: TestDatabase;
    let stream: EventStream;
    let topic: string;
    let port: number;
    const processes: Command[] = [];
    const run = (name: string, settings: Record<string, string> = {}) => {
      const shared = {
        DATABASE_URL: database.url,
        KAFKA_BROKERS: broker.brokers.join(','),
        SCHEMA_REGISTRY_URL: broker.registryUrl,
        TOPIC: topic,
        CONSUMER_GROUP: GROUP,
        UPDATE_COOLDOWN_SECONDS: '0',
      };
      const started = command(name, { ...shared, ...settings });
      processes.push(started);
      return started;
    };
    const output = () => processes.map((process) => process.output()).join('\n');

    before('start a real broker', async function () {
      this.timeout(180_000);
      broker = await sharedBroker();
      database = await testDatabase();
      topic = `fx.${randomUUID()}`;
      port = await freePort();
      stream = openKafkaStream({
        settings: { brokers: broker.brokers, ssl: false, sasl: null, clientId: 'test' },
        log: quiet,
      });
      const metrics = String(await freePort());
      run('producer', { METRICS_PORT: metrics });
      run('consumer');
      run('api', { PORT: String(port) });
      await eventually(async () =>
        expect((await get(`http://127.0.0.1:${metrics}/readyz`))?.status, output()).to.equal(200),
      );
    });
    after(async () => {
      for (const { kill } of processes) kill('SIGTERM');
      const codes = await Promise.all(processes.map(({ exited }) => exited));
      await stream.close();
      await database.drop();
      expect(codes, 'every process ends in peace').to.deep.equal(
        processes.map(({ pid }) => (killed.has(pid) ? null : 0)),
      );
    });
    const killed = new Set<number>();

    const records = async (): Promise<StreamRecord[]> => {
      const all: StreamRecord[] = [];
      for await (const batch of stream.read({ topic })) all.push(...batch);
      return all;
    };
    const lag = async () =>
      (await stream.positions(topic, GROUP)).reduce(
        (sum, { high, committed }) => sum + Number(high) - Number(committed ?? 0),
        0,
      );
    const tables = () =>
      database.query(
        `select (select md5(string_agg(d::text, '|' order by d::text)) from daily_rates d) as rates,
                (select md5(string_agg(o::text, '|' order by o::text)) from (
                   select event_id, run_id, source, base_currency, quote_currency, mid,
                          observed_at, fetched_at
                   from rate_observations) o) as observations`,
      );

    it('gives the same seven rates as one process does', async () => {
      const rates = await eventually(async () => {
        const answer = await get<{ currency_to: string }[]>(`http://127.0.0.1:${port}/v1/rates`);
        expect(answer?.data.map(({ currency_to }) => currency_to).sort(), output()).to.deep.equal([
          'EGP',
          'GHS',
          'KES',
          'MAD',
          'NGN',
          'UGX',
          'XOF',
        ]);
        return answer?.data;
      });
      expect(rates).to.have.length(7);
      await eventually(async () =>
        expect((await get(`http://127.0.0.1:${port}/readyz`))?.data).to.deep.equal({
          status: 'ok',
          checks: { postgres: null, producer: null, consumer: null, rates: null },
        }),
      );
    });

    it('writes events that other programs can decode with the registry alone', async () => {
      const [record] = await records();
      const value = record?.value as Buffer;
      expect(value[0]).to.equal(0);
      const { data } = await axios.get<{ schema: string }>(
        `${broker.registryUrl}/schemas/ids/${value.readUInt32BE(1)}`,
      );
      const event = avro.Type.forSchema(JSON.parse(data.schema)).fromBuffer(
        value.subarray(5),
      ) as Record<string, unknown>;
      expect(record?.key?.toString()).to.equal(
        `${event['base_currency']}-${event['quote_currency']}`,
      );
      expect(event['mid']).to.match(/^\d+\.\d{10}$/);
      expect(record?.headers['ce_id']?.toString()).to.equal(event['event_id']);
      const { data: subjects } = await axios.get<string[]>(`${broker.registryUrl}/subjects`);
      expect(subjects).to.include(`${topic}-value`);
    });

    it('runs once more on request and responds when the rows are readable', async () => {
      const { status, data } = await axios.post(`http://127.0.0.1:${port}/v1/rates/update`, null, {
        validateStatus: () => true,
      });
      expect([status, data], output()).to.deep.equal([200, { success: true }]);
    });

    it('ends with byte-equal tables after three more deliveries, shuffled', async () => {
      await eventually(async () => expect(await lag()).to.equal(0));
      const before = await tables();
      const run = await records();
      for (let n = 0; n < 3; n++) {
        const shuffled = run
          .map((record, index) => ({ record, at: (index * 7919 + n * 104_729) % 101 }))
          .sort((a, b) => a.at - b.at);
        await stream.publish(
          topic,
          shuffled.map(({ record: { key, value, headers } }) => ({ key, value, headers })),
        );
      }
      await eventually(async () => expect(await lag()).to.equal(0));
      expect(await tables()).to.deep.equal(before);
      expect(
        await database.query(
          'select count(*), count(distinct (rate_date, quote_currency)) as days from daily_rates',
        ),
      ).to.deep.equal([{ count: '7', days: '7' }]);
    });

    it('loses nothing when the consumer is killed and another takes its place', async () => {
      const decode = rateDecoder((id) => openSchemaRegistry(broker.registryUrl).schema(id));
      const [record] = await records();
      const event = await decode(record?.value ?? null);
      const victim = processes[1] as Command;
      victim.kill('SIGKILL');
      killed.add(victim.pid);
      await victim.exited;
      await stream.publish(topic, [
        { key: 'USD-KES', value: Buffer.from('poison') },
        { key: 'USD-KES', value: Buffer.from([0, 0, 15, 66, 64, 1, 2, 3]) },
        { key: record?.key ?? null, value: record?.value ?? null },
      ]);
      run('consumer');
      await eventually(async () => expect(await lag()).to.equal(0));
      expect(
        await database.query('select mid from daily_rates where event_id = ?', [event.event_id]),
      ).to.have.length.at.most(1);
      expect(
        await database.query(
          "select reason from dead_letters where state = 'open' order by record_offset",
        ),
      ).to.deep.equal([{ reason: 'wrong magic byte' }, { reason: 'unknown schema id' }]);
      const letters: StreamRecord[] = [];
      for await (const batch of stream.read({ topic: `${topic}.dlt` })) letters.push(...batch);
      expect(letters[0]?.value?.toString()).to.equal('poison');
      expect(letters[0]?.headers['kafka_dlt-original-topic']?.toString()).to.equal(topic);
    });

    it('refuses to start a producer whose schema the registry finds incompatible', async () => {
      const other = `fx.${randomUUID()}`;
      const schema = JSON.stringify({
        type: 'record',
        name: 'RateObserved',
        namespace: 'fx.rates',
        fields: [{ name: 'event_id', type: 'int' }],
      });
      await axios.post(`${broker.registryUrl}/subjects/${other}-value/versions`, { schema });
      const started = run('producer', { TOPIC: other });
      expect(await started.exited).to.equal(1);
      processes.splice(processes.indexOf(started), 1);
      expect(started.output()).to.match(
        new RegExp(`The schema registry refuses the schema for ${other}-value: .*[Ii]ncompatib`),
      );
    });
  },
);
