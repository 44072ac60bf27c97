/**
 * The reader of events as it was before sources became data (commit afd7341), copied word for word:
 * framing, Avro, and every check of a decoded rate. Only the place of the schema differs. Never
 * change it: it stands for consumers that were not upgraded.
 */
import { readFileSync } from 'node:fs';
import avro from 'avsc';

/**
 * One rate as a provider published it. Instants are ISO 8601 in UTC with milliseconds; `mid` is a
 * plain decimal, never a number.
 */
interface RateObserved {
  event_id: string;
  run_id: string;
  source: 'xe' | 'simulator';
  base_currency: string;
  quote_currency: string;
  mid: string;
  observed_at: string;
  fetched_at: string;
}

const RATE_OBSERVED_SCHEMA = readFileSync(
  new URL('../../events/frozen/rate-observed.v1.avsc', import.meta.url),
  'utf8',
);
const builtInSchema = (id: number): string | null =>
  id === 0x7f000001 ? RATE_OBSERVED_SCHEMA : null;

/** Why a record can never become a rate: the code that tables and programs use, and in words. */
const RECORD_FAULTS = {
  empty: 'empty',
  too_large: 'too large',
  truncated: 'truncated',
  wrong_magic_byte: 'wrong magic byte',
  unknown_schema_id: 'unknown schema id',
  incompatible_schema: 'incompatible schema',
  not_avro: 'not Avro',
  bad_event_id: 'bad event_id',
  bad_run_id: 'bad run_id',
  bad_source: 'bad source',
  bad_base_currency: 'bad base_currency',
  bad_quote_currency: 'bad quote_currency',
  bad_mid: 'bad mid',
  bad_observed_at: 'bad observed_at',
  bad_fetched_at: 'bad fetched_at',
  observed_ahead: 'observed ahead of time',
  fetched_ahead: 'fetched ahead of time',
  refused_by_postgres: 'refused by Postgres',
  internal_error: 'internal error',
} as const;
type RecordFault = keyof typeof RECORD_FAULTS;

/** A record that can never become a rate, however often it is read. */
export class UndecodableRecord extends Error {
  override name = 'UndecodableRecord';
  readonly code: RecordFault;
  /** The code in words. */
  readonly reason: string;
  constructor(code: RecordFault, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
    this.reason = RECORD_FAULTS[code];
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const RUN_ID = /^[\x21-\x7e]{1,100}$/;
const CURRENCY = /^[A-Z]{3}$/;
const MID = /^(0|[1-9]\d{0,29})(\.\d{1,30})?$/;
/** No rate is older, and the seconds of older instants do not fit what readers count them in. */
const INSTANT = /^(19|[2-9]\d)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const DAY_MS = 86_400_000;

/**
 * Returns a rate that holds what its type says. Throws `UndecodableRecord` naming the first field
 * that Avro let through and that does not (NaN, bad UTF-8, a zero rate, a time ahead of itself).
 */
function checkRate(rate: RateObserved): RateObserved {
  if (!UUID.test(rate.event_id)) throw fault(rate, 'event_id', 'a lower case UUID');
  if (!RUN_ID.test(rate.run_id)) throw fault(rate, 'run_id', '1 to 100 visible ASCII characters');
  if (rate.source !== 'xe' && rate.source !== 'simulator')
    throw fault(rate, 'source', 'xe or simulator');
  if (!CURRENCY.test(rate.base_currency)) throw fault(rate, 'base_currency', 'an ISO 4217 code');
  if (!CURRENCY.test(rate.quote_currency) || rate.quote_currency === rate.base_currency)
    throw fault(rate, 'quote_currency', 'an ISO 4217 code other than the base');
  if (!MID.test(rate.mid) || !/[1-9]/.test(rate.mid))
    throw fault(rate, 'mid', 'a plain decimal above 0');
  if (!INSTANT.test(rate.observed_at))
    throw fault(rate, 'observed_at', 'an instant of the years 1900 to 9999');
  if (!INSTANT.test(rate.fetched_at))
    throw fault(rate, 'fetched_at', 'an instant of the years 1900 to 9999');
  // Text of one length sorts as the instants do; only what is ahead at all is worth parsing.
  if (rate.observed_at > rate.fetched_at) checkNotAhead(rate, Date.parse(rate.fetched_at));
  return rate;
}

/**
 * Throws `UndecodableRecord` when a rate was observed or fetched more than a day after `knownMs`,
 * when it is known to have existed: such a rate would be the latest one until that day.
 */
function checkNotAhead(rate: RateObserved, knownMs: number): void {
  for (const [field, code] of AHEAD) {
    if (Date.parse(rate[field]) <= knownMs + DAY_MS) continue;
    const known = new Date(knownMs).toISOString();
    throw new UndecodableRecord(
      code,
      `${field}: expected at most a day after ${known}, got ${rate[field]}`,
    );
  }
}
const AHEAD = [
  ['observed_at', 'observed_ahead'],
  ['fetched_at', 'fetched_ahead'],
] as const;

function fault(rate: RateObserved, field: keyof RateObserved, expected: string): UndecodableRecord {
  const got = JSON.stringify(rate[field])?.slice(0, 80);
  return new UndecodableRecord(`bad_${field}`, `${field}: expected ${expected}, got ${got}`);
}

/** Looks a writer's schema up. Null: the registry does not know the id. Rejects in an outage. */
type SchemaOf = (id: number) => Promise<string | null>;

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

interface RateDecoder {
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
