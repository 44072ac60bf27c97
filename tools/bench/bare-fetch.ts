import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { rateDecoder } from '../../events/wire-format.ts';
import { openSchemaRegistry } from '../../stream/schema-registry.ts';

/**
 * A peer of the consumer: unpatched kafkajs in a process of its own fetches a topic from its start
 * and decodes it if a registry is given. Prints records per second from its first fetch on.
 */
const [broker, topic, events, registryUrl] = process.argv.slice(2) as [
  string,
  string,
  string,
  string?,
];
const decode = registryUrl ? rateDecoder(openSchemaRegistry(registryUrl).schema) : null;
const consumer = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).consumer({
  groupId: randomUUID(),
  maxWaitTimeInMs: 500,
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
let [began, read] = [0, 0];
await new Promise<void>((resolve, reject) => {
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  consumer.on(consumer.events.GROUP_JOIN, () => (began = performance.now()));
  void consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { messages } }) => {
      if (decode)
        for (const { value } of messages) decode.decodeNow(value) ?? (await decode(value));
      read += messages.length;
      if (read >= Number(events)) resolve();
    },
  });
});
process.stdout.write(`${read / ((performance.now() - began) / 1000)}\n`);
await consumer.disconnect();
