/**
 * A consumer of the topic in TypeScript. It needs only docs/events.md, kafkajs and avsc.
 *
 *     npx tsx examples/consume-rates.ts 127.0.0.1:19092 http://127.0.0.1:18081 \
 *       [--topic fx.rates.v1] [--group NAME] [--exit]
 *
 * Prints one line of JSON for each new rate, with `mid` as text, until it is stopped; with --exit
 * until it has read what is on the topic. Restarted with the same --group it resumes. Delivery is
 * at least once: `event_id` identifies a repeated event. Make it the key of your table instead of
 * remembering ids as this example does.
 */
import { parseArgs } from 'node:util';
import avro from 'avsc';
import { Kafka, logLevel } from 'kafkajs';

interface Rate {
  event_id: string;
  source: string;
  base_currency: string;
  quote_currency: string;
  /** Decimal text: units of quote for 1 base. Give it to a decimal library, never to Number. */
  mid: string;
  /** Milliseconds since 1970. */
  observed_at: number;
  fetched_at: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    topic: { type: 'string', default: 'fx.rates.v1' },
    group: { type: 'string', default: 'consume-rates-example' },
    exit: { type: 'boolean', default: false },
  },
});
const [brokers = '127.0.0.1:19092', registry = 'http://127.0.0.1:18081'] = positionals;
const { topic, group } = values;
const kafka = new Kafka({ brokers: brokers.split(','), clientId: group, logLevel: logLevel.ERROR });

/** Schemas that wrote events, fetched once. A failure throws: no event may be skipped. */
const writers = new Map<number, avro.Type>();
async function writerOf(id: number): Promise<avro.Type> {
  let writer = writers.get(id);
  if (!writer) {
    const response = await fetch(`${registry}/schemas/ids/${id}`);
    if (!response.ok)
      throw new Error(`registry: expected the schema ${id}, got ${response.status}`);
    const { schema } = (await response.json()) as { schema: string };
    writer = avro.Type.forSchema(JSON.parse(schema));
    writers.set(id, writer);
  }
  return writer;
}

/** Decodes 0x00, the schema id in four bytes, the Avro record. Null for anything else. */
async function decode(value: Buffer | null): Promise<Rate | null> {
  if (!value || value.length < 6 || value[0] !== 0) return null;
  const writer = await writerOf(value.readUInt32BE(1));
  try {
    return writer.fromBuffer(value.subarray(5)) as Rate;
  } catch {
    return null;
  }
}

const admin = kafka.admin();
await admin.connect();
const ends = await admin.fetchTopicOffsets(topic);
const [begun] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
await admin.disconnect();
/** Where each partition ended when we began, until we are there. */
const ahead = new Map(
  ends
    .filter(({ high, low }) => BigInt(high) > BigInt(low))
    .map((end) => [end.partition, BigInt(end.high)]),
);
const passed = (partition: number, next: bigint) => {
  if (next >= (ahead.get(partition) ?? 0n)) ahead.delete(partition);
};
for (const { partition, offset } of begun?.partitions ?? []) passed(partition, BigInt(offset));

let stop: () => void = () => {};
const stopped = new Promise<void>((resolve) => {
  stop = resolve;
});
process.once('SIGINT', stop).once('SIGTERM', stop);
// `| head` closes the pipe early.
process.stdout.on('error', stop);

const seen = new Set<string>();
const consumer = kafka.consumer({ groupId: group });
if (!values.exit || ahead.size > 0) {
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message: { offset, value } }) => {
      const rate = await decode(value);
      if (!rate) process.stderr.write(`${topic}/${partition}@${offset} is no event\n`);
      else if (!seen.has(rate.event_id)) {
        seen.add(rate.event_id);
        process.stdout.write(
          `${JSON.stringify({ ...rate, observed_at: new Date(rate.observed_at).toISOString() })}\n`,
        );
      }
      passed(partition, BigInt(offset) + 1n);
      if (values.exit && ahead.size === 0) stop();
    },
  });
  await stopped;
  await consumer.disconnect();
}
