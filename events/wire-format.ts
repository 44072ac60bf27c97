import avro from 'avsc';
import { checkRate, RATE_OBSERVED_SCHEMA, type RateObserved, UndecodableRecord } from './rate-observed.ts';

/** Where a writer's schema is looked up. `null` means that the registry was asked and does not know the id; being away throws. */
export type SchemaOf = (id: number) => Promise<string | null>;

/** Ids without a registry start here, far above any that a registry hands out, so both can stand on one topic. */
const FIRST_BUILT_IN_ID = 0x7f000001;
/** Every version ever written without a registry, oldest first; the newest is the one we write. */
const BUILT_IN_SCHEMAS = [RATE_OBSERVED_SCHEMA];
export const CURRENT_BUILT_IN_ID = FIRST_BUILT_IN_ID + BUILT_IN_SCHEMAS.length - 1;

type Resolver = ReturnType<avro.Type['createResolver']>;

const MAX_BYTES = 64 * 1024;
const FRAME_BYTES = 5;
const MAX_SCHEMAS = 1000;

/** Avro's timestamp-millis as ISO 8601 in UTC; what lies outside of JavaScript's dates becomes text that `checkRate` refuses. */
class Instant extends avro.types.LogicalType {
  protected override _fromValue(millis: unknown): string {
    const date = new Date(millis as number);
    return Number.isNaN(date.getTime()) ? `${millis} ms` : date.toISOString();
  }
  protected override _toValue(iso: unknown): number {
    return Date.parse(iso as string);
  }
  /** A writer of our own kind has read the instant already; one that wrote a bare long left the milliseconds. */
  protected override _resolve(writer: avro.Type): ((value: unknown) => string) | undefined {
    if (writer instanceof Instant) return (iso) => iso as string;
    return avro.Type.isType(writer, 'long', 'int') ? (millis) => this._fromValue(millis) : undefined;
  }
}

const parse = (schema: string) => avro.Type.forSchema(JSON.parse(schema), { logicalTypes: { 'timestamp-millis': Instant } });
const ours = parse(RATE_OBSERVED_SCHEMA);

/** The Avro record in Confluent framing: 0x00, the schema id in 4 bytes big-endian, the record. Refuses a rate that `decode` would. */
export function encodeRate(rate: RateObserved, schemaId: number): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt32BE(schemaId, 1);
  return Buffer.concat([frame, ours.toBuffer(checkRate(rate))]);
}

/**
 * Reads events of any version: each with its writer's schema, resolved to ours. The decoder throws `UndecodableRecord` for bytes
 * that can never become a rate, and whatever `schemaOf` throws when the registry is away. `readerSchema` lets a schema that is to come
 * be tried on what older ones wrote.
 */
export function rateDecoder(
  schemaOf: SchemaOf,
  readerSchema = RATE_OBSERVED_SCHEMA,
): (value: Buffer | null) => Promise<RateObserved> {
  const reader = parse(readerSchema);
  const resolvers = new Map<number, { writer: avro.Type; resolver: Resolver }>();

  async function resolverFor(id: number) {
    const known = resolvers.get(id);
    if (known) return known;
    const schema = BUILT_IN_SCHEMAS[id - FIRST_BUILT_IN_ID] ?? (await schemaOf(id));
    if (schema === null) throw new UndecodableRecord('unknown schema id', `schema id ${id} is not known to the registry`);
    const resolver = resolverOf(reader, id, schema);
    if (resolvers.size >= MAX_SCHEMAS) resolvers.delete(resolvers.keys().next().value as number);
    resolvers.set(id, resolver);
    return resolver;
  }

  return async (value) => {
    if (value === null || value.length === 0) throw new UndecodableRecord('empty', 'the record has no value');
    if (value.length > MAX_BYTES)
      throw new UndecodableRecord('too large', `expected at most ${MAX_BYTES} bytes, got ${value.length}`);
    if (value.length < FRAME_BYTES)
      throw new UndecodableRecord('truncated', `expected at least ${FRAME_BYTES} bytes, got ${value.length}`);
    if (value[0] !== 0)
      throw new UndecodableRecord('wrong magic byte', `expected 0x00 first, got 0x${value.toString('hex', 0, 1)}`);
    const { writer, resolver } = await resolverFor(value.readUInt32BE(1));
    return checkRate(decode(reader, value.subarray(FRAME_BYTES), { writer, resolver }));
  };
}

const SCALARS = ['string', 'bytes', 'fixed', 'enum', 'null', 'boolean', 'int', 'long', 'float', 'double'];

function isFlat(writer: avro.Type): boolean {
  const isScalar = (type: avro.Type): boolean => {
    const { typeName } = type;
    if (typeName.startsWith('logical:')) return isScalar((type as avro.types.LogicalType).underlyingType);
    if (typeName.startsWith('union:')) return (type as avro.types.UnwrappedUnionType).types.every(isScalar);
    return SCALARS.includes(typeName);
  };
  return writer.typeName === 'record' && (writer as avro.types.RecordType).fields.every(({ type }) => isScalar(type));
}

function resolverOf(reader: avro.Type, id: number, schema: string) {
  try {
    const writer = parse(schema);
    if (!isFlat(writer))
      throw new Error('only flat records are read: an array or a map of 15 bytes can keep the decoder busy for ever');
    return { writer, resolver: reader.createResolver(writer) };
  } catch (cause) {
    throw new UndecodableRecord(
      'incompatible schema',
      `schema id ${id} cannot be read as RateObserved: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function decode(reader: avro.Type, bytes: Buffer, { writer, resolver }: { writer: avro.Type; resolver: Resolver }): RateObserved {
  try {
    // The writer's own layout decides where the record ends; bytes left over mean that it is another record.
    const { value, offset } = reader.decode(bytes, 0, resolver);
    if (offset !== bytes.length) throw new Error(offset < 0 ? 'truncated' : `${bytes.length - offset} bytes too many`);
    return { ...(value as RateObserved) };
  } catch (cause) {
    throw new UndecodableRecord('not Avro', `not a ${writer.name ?? 'record'}: ${(cause as Error).message}`, { cause });
  }
}
