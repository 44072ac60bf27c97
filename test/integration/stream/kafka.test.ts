import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { openKafkaStream } from '../../../stream/kafka/stream.ts';
import type { StreamRecord } from '../../../stream/port.ts';
import { brokerMissing, sharedBroker } from '../../support/broker.ts';
import { eventually } from '../../support/eventually.ts';
import { quiet } from '../../support/quiet.ts';
import { describeStreamContract } from '../../support/stream-contract.ts';

(brokerMissing() ? describe.skip : describe)('the stream on Kafka', function () {
  this.timeout(60_000);
  let brokers: string[];
  before('start a real broker', async function () {
    this.timeout(180_000);
    ({ brokers } = await sharedBroker());
  });

  describeStreamContract(() =>
    Promise.resolve(
      openKafkaStream({
        settings: { brokers, ssl: false, sasl: null, clientId: 'fx-rates-test' },
        log: quiet,
      }),
    ),
  );

  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd', 'uncompressed']) {
    it(`reads what the broker has recompressed with ${codec}, small and large sets`, async () => {
      const settings = { brokers, ssl: false, sasl: null, clientId: 'codecs' };
      const stream = openKafkaStream({ settings, log: quiet });
      const topic = `${codec}.${randomUUID()}`;
      const configEntries = [{ name: 'compression.type', value: codec }];
      const topics = [{ topic, numPartitions: 1, configEntries }];
      await withAdmin(brokers, (admin) => admin.createTopics({ topics, waitForLeaders: true }));
      const headers = { ce_id: 'é-1', hop: ['1', '2'] };
      const values = Array.from({ length: 300 }, (_, n) => `${n} ${randomUUID().repeat(n % 50)}`);
      await stream.publish(topic, [{ key: 'a', value: Buffer.from('first'), headers }]);
      await stream.publish(
        topic,
        values.map((value) => ({ key: 'a', value: Buffer.from(value) })),
      );
      const records: StreamRecord[] = [];
      for await (const batch of stream.read({ topic })) records.push(...batch);
      expect(records.map(({ value }) => String(value))).to.deep.equal(['first', ...values]);
      expect(records[0]?.headers).to.deep.equal({
        ce_id: Buffer.from('é-1'),
        hop: [Buffer.from('1'), Buffer.from('2')],
      });
      await stream.close();
    });
  }

  it('creates topics that keep the codec of their producers', async () => {
    const settings = { brokers, ssl: false, sasl: null, clientId: 'codecs' };
    const stream = openKafkaStream({ settings, log: quiet });
    const topic = `created.${randomUUID()}`;
    await stream.createTopic({ topic, partitions: 1, replication: 1 });
    await stream.close();
    expect(await withAdmin(brokers, (admin) => topicSettings(admin, topic))).to.deep.equal({
      'compression.type': 'producer',
      'retention.bytes': '-1',
      'retention.ms': '-1',
    });
  });

  it('has an existing topic keep the codec, and leaves its other settings', async () => {
    const settings = { brokers, ssl: false, sasl: null, clientId: 'codecs' };
    const stream = openKafkaStream({ settings, log: quiet });
    const topic = `existing.${randomUUID()}`;
    const configEntries = [
      { name: 'compression.type', value: 'zstd' },
      { name: 'segment.ms', value: '12345678' },
    ];
    await withAdmin(brokers, async (admin) => {
      await admin.createTopics({ topics: [{ topic, configEntries }], waitForLeaders: true });
      const kept = { 'compression.type': 'producer', 'segment.ms': '12345678' };
      for (const _again of [1, 2]) {
        await stream.keepCodec(topic);
        await eventually(async () => expect(await topicSettings(admin, topic)).to.deep.equal(kept));
      }
    });
    await stream.close();
  });

  it('costs next to nothing while there is nothing to read', async () => {
    const idle = openKafkaStream({
      settings: { brokers, ssl: false, sasl: null, clientId: 'idle' },
      log: quiet,
    });
    const topic = `idle.${randomUUID()}`;
    await idle.createTopic({ topic, partitions: 3, replication: 1 });
    const subscription = await idle.subscribe({
      topic,
      group: topic,
      onBatch: () => Promise.resolve(),
    });
    await eventually(() => expect(subscription.health().partitions).to.have.length(3));
    const shares: number[] = [];
    // The quietest of several windows: the machine is shared.
    while (shares.length < 10 && !shares.some((share) => share < 0.03))
      shares.push(await cpuShareOf(2000));
    await subscription.stop();
    await idle.close();
    // Unpatched, kafkajs takes about 6 % in every window; empty fetches take less than 1 %.
    expect(Math.min(...shares)).to.be.below(0.03);
  });
});

async function withAdmin<T>(brokers: string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** The settings of the topic itself, without those of the broker and defaults. */
async function topicSettings(admin: Admin, name: string): Promise<Record<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name }],
  });
  const own = resources[0]?.configEntries.filter(({ configSource }) => configSource === 1) ?? [];
  return Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]));
}

/** The share of one core that this process uses over the next `ms`. */
async function cpuShareOf(ms: number): Promise<number> {
  const used = process.cpuUsage();
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const { user, system } = process.cpuUsage(used);
  return (user + system) / 1000 / (performance.now() - began);
}
