import avro from 'avsc';
import { builtInSchema } from './built-in-schemas.ts';
import {
  checkRate,
  RATE_OBSERVED_SCHEMA,
  type RateObserved,
  UndecodableRecord,
} from './rate-observed.ts';

export { CURRENT_BUILT_IN_ID } from './built-in-schemas.ts';

/** Looks a writer's schema up. Null: the registry does not know the id. Rejects in an outage. */
export type SchemaOf = (id: number) => Promise<string | null>;

/** How records of one writer are read. */
interface Reading {
  readonly writer: avro.Type;
  readonly resolver: ReturnType<avro.Type['createResolver']>;
}

const MAX_BYTES = 64 * 1024;
const FRAME_BYTES = 5;
const MAX_SCHEMAS = 1000;

/**
 * Avro's timestamp-millis as ISO 8601 in UTC. What is outside of JavaScript's dates becomes text
 * that `checkRate` refuses.
 */
class Instant extends avro.types.LogicalType {
  // The rates of a run follow each other and share their instants; formatting one costs as much as
  // all else of decoding an event.
  #last = { millis: 0 as unknown, iso: new Date(0).toISOString() };
  protected override _fromValue(millis: unknown): string {
    if (millis === this.#last.millis) return this.#last.iso;
    const date = new Date(millis as number);
    const iso = Number.isNaN(date.getTime()) ? `${millis} ms` : date.toISOString();
    this.#last = { millis, iso };
    return iso;
  }
  protected override _toValue(iso: unknown): number {
    return Date.parse(iso as string);
  }
  /** The writer's own timestamp-millis is formatted already; a bare long is still milliseconds. */
  protected override _resolve(writer: avro.Type): ((value: unknown) => string) | undefined {
    if (writer instanceof Instant) return (iso) => iso as string;
    return avro.Type.isType(writer, 'long', 'int')
      ? (millis) => this._fromValue(millis)
      : undefined;
  }
}

const parse = (schema: string) =>
  avro.Type.forSchema(JSON.parse(schema), { logicalTypes: { 'timestamp-millis': Instant } });
const ours = parse(RATE_OBSERVED_SCHEMA);

/**
 * The Avro record in Confluent framing: 0x00, the schema id in 4 bytes big-endian, the record.
 * Refuses a rate that the decoder would refuse.
 */
export function encodeRate(rate: RateObserved, schemaId: number): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt32BE(schemaId, 1);
  return Buffer.concat([frame, ours.toBuffer(checkRate(rate))]);
}

export interface RateDecoder {
  (value: Buffer | null): Promise<RateObserved>;
  /** Decodes without a promise for each event; null while the writer's schema is not looked up. */
  decodeNow(value: Buffer | null): RateObserved | null;
}

/**
 * Reads events of any version: each with its writer's schema, resolved to ours. The decoder throws
 * `UndecodableRecord` for bytes that can never become a rate, and whatever `schemaOf` throws in an
 * outage of the registry. `readerSchema` lets a future schema be tried on what older ones wrote.
 */
export function rateDecoder(schemaOf: SchemaOf, readerSchema = RATE_OBSERVED_SCHEMA): RateDecoder {
  const reader = parse(readerSchema);
  const readings = new Map<number, Reading>();

  async function lookUp(id: number): Promise<Reading> {
    const schema = builtInSchema(id) ?? (await schemaOf(id));
    if (schema === null)
      throw new UndecodableRecord(
        'unknown_schema_id',
        `schema id ${id} is not known to the registry`,
      );
    const reading = readingOf(reader, id, schema);
    if (readings.size >= MAX_SCHEMAS) readings.delete(readings.keys().next().value as number);
    readings.set(id, reading);
    return reading;
  }

  function decodeNow(value: Buffer | null): RateObserved | null {
    const reading = readings.get(schemaIdOf(value));
    return reading ? checkRate(decode(reader, value as Buffer, reading)) : null;
  }
  return Object.assign(
    async (value: Buffer | null) =>
      decodeNow(value) ??
      checkRate(decode(reader, value as Buffer, await lookUp(schemaIdOf(value)))),
    { decodeNow },
  );
}

function schemaIdOf(value: Buffer | null): number {
  if (value === null || value.length === 0)
    throw new UndecodableRecord('empty', 'the record has no value');
  if (value.length > MAX_BYTES)
    throw new UndecodableRecord(
      'too_large',
      `expected at most ${MAX_BYTES} bytes, got ${value.length}`,
    );
  if (value.length < FRAME_BYTES)
    throw new UndecodableRecord(
      'truncated',
      `expected at least ${FRAME_BYTES} bytes, got ${value.length}`,
    );
  if (value[0] !== 0)
    throw new UndecodableRecord(
      'wrong_magic_byte',
      `expected 0x00 first, got 0x${value.toString('hex', 0, 1)}`,
    );
  return value.readUInt32BE(1);
}

const SCALARS = [
  'string',
  'bytes',
  'fixed',
  'enum',
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
];

function isFlat(writer: avro.Type): boolean {
  const isScalar = (type: avro.Type): boolean => {
    const { typeName } = type;
    if (typeName.startsWith('logical:'))
      return isScalar((type as avro.types.LogicalType).underlyingType);
    if (typeName.startsWith('union:'))
      return (type as avro.types.UnwrappedUnionType).types.every(isScalar);
    return SCALARS.includes(typeName);
  };
  return (
    writer.typeName === 'record' &&
    (writer as avro.types.RecordType).fields.every(({ type }) => isScalar(type))
  );
}

function readingOf(reader: avro.Type, id: number, schema: string): Reading {
  try {
    const writer = parse(schema);
    if (!isFlat(writer))
      throw new Error(
        'only flat records are read: 15 bytes of an array or a map can block the decoder for ever',
      );
    return { writer, resolver: reader.createResolver(writer) };
  } catch (cause) {
    throw new UndecodableRecord(
      'incompatible_schema',
      `schema id ${id} cannot be read as RateObserved: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function decode(reader: avro.Type, bytes: Buffer, { writer, resolver }: Reading): RateObserved {
  try {
    // Bytes left over mean that this is another record than its schema id says.
    const { value, offset } = reader.decode(bytes, FRAME_BYTES, resolver);
    if (offset !== bytes.length)
      throw new Error(offset < 0 ? 'truncated' : `${bytes.length - offset} bytes too many`);
    return { ...(value as RateObserved) };
  } catch (cause) {
    throw new UndecodableRecord(
      'not_avro',
      `not a ${writer.name ?? 'record'}: ${(cause as Error).message}`,
      { cause },
    );
  }
}
