import avro from 'avsc';
import { RATE_OBSERVED_SCHEMA, type RateObserved } from '../../events/rate-observed.ts';
import { rateDecoder } from '../../events/wire-format.ts';
import type { OutgoingRecord } from '../../stream/port.ts';
import { openSchemaRegistry } from '../../stream/schema-registry.ts';
import type { ChaosCase } from './case.ts';
import { encodeRecord, makeRates } from './encoded-rates.ts';
import { compareTables, promiseIntact } from './verdict.ts';

interface Field {
  name: string;
  type: unknown;
  default?: unknown;
  aliases?: string[];
}
interface Schema {
  fields: Field[];
  name: string;
  aliases?: string[];
}
const ours = (): Schema => JSON.parse(RATE_OBSERVED_SCHEMA) as Schema;
const with_ = (change: (schema: Schema) => void): string => {
  const schema = ours();
  change(schema);
  return JSON.stringify(schema);
};
const fieldOf = (schema: Schema, name: string) =>
  schema.fields.find((field) => field.name === name) as Field;

const ADDED = with_((schema) =>
  schema.fields.push({ name: 'unknown_to_us', type: 'string', default: 'otc' }),
);
const PROMOTED = with_((schema) => {
  fieldOf(schema, 'mid').type = 'bytes';
  fieldOf(schema, 'fetched_at').type = 'long';
});
const OLD_NAME = with_((schema) => {
  fieldOf(schema, 'mid').name = 'rate';
});
const WITH_ALIAS = with_((schema) => {
  fieldOf(schema, 'mid').aliases = ['rate'];
});
const INCOMPATIBLE = with_((schema) => {
  fieldOf(schema, 'mid').type = 'int';
});

/** Writers and readers of different versions on one topic, with a real registry between them. */
export const schemaEvolution: ChaosCase = {
  name: 'schema-evolution',
  what: 'a field added, promoted, renamed; old and new readers and writers; an incompatible one',
  on: ['kafka'],
  together: true,
  run: async (world, _full) => {
    const registry = openSchemaRegistry(world.servers.kafka?.registryUrl as string);
    const subject = `${world.topic}-value`;
    const rates = makeRates(42);
    const writers = [RATE_OBSERVED_SCHEMA, ADDED, PROMOTED];
    const ids: number[] = [];
    for (const [n, schema] of writers.entries())
      ids.push(await registry.register(n === 2 ? `${subject}-promoted` : subject, schema));
    const records = rates.map((rate, n) =>
      written(rate, writers[n % 3] as string, ids[n % 3] as number),
    );
    await world.publishRecords(records);
    world.run('consumer');
    const recovered_ms = await world.waitUntilDrained();
    const verdict = await compareTables(world.query, rates);

    const [rate] = rates as [RateObserved];
    const newReader = await rateDecoder(
      () => Promise.resolve(null),
      ADDED,
    )(encodeRecord(rate).value);
    const renamedId = await registry.register(`${subject}-renamed`, OLD_NAME);
    const renamed = await rateDecoder(
      (id) => registry.schema(id),
      WITH_ALIAS,
    )(written(rate, OLD_NAME, renamedId).value);
    const refused = await registry.register(subject, INCOMPATIBLE).then(
      () => '',
      (error: Error) => error.message,
    );
    await registry.register(`${world.topic}.other-value`, INCOMPATIBLE);
    const producer = world.run('producer', { TOPIC: `${world.topic}.other` });
    const code = await producer.exited;
    return {
      attempted: rates.length,
      acked: rates.length,
      ...verdict,
      recovered_ms,
      also: { writers: writers.length },
      must: {
        ...promiseIntact(verdict),
        'a new reader reads what old writers wrote':
          newReader.mid === rate.mid && newReader.observed_at === rate.observed_at,
        'a renamed field is read by its alias': renamed.mid === rate.mid,
        'the registry refuses an incompatible schema': refused.includes('ncompatib'),
        'a producer with an incompatible schema does not start, and says why':
          code === 1 && /refuses the schema/.test(producer.output()),
      },
    };
  },
};

/** The event as a writer with this schema puts it on the topic. */
function written(rate: RateObserved, schema: string, id: number): OutgoingRecord {
  const type = avro.Type.forSchema(JSON.parse(schema));
  const bytes = fieldOf(JSON.parse(schema) as Schema, 'mid')?.type === 'bytes';
  const times = {
    observed_at: Date.parse(rate.observed_at),
    fetched_at: Date.parse(rate.fetched_at),
  };
  const value = type.toBuffer({
    ...rate,
    ...times,
    mid: bytes ? Buffer.from(rate.mid) : rate.mid,
    rate: rate.mid,
    unknown_to_us: 'lagos',
  });
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(id, 1);
  return { ...encodeRecord(rate), value: Buffer.concat([frame, value]) };
}
