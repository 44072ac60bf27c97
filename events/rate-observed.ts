import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * One rate as a provider published it. Instants are ISO 8601 in UTC with milliseconds; `mid` is a
 * plain decimal, never a number.
 */
export interface RateObserved {
  event_id: string;
  run_id: string;
  source: string;
  base_currency: string;
  quote_currency: string;
  mid: string;
  observed_at: string;
  fetched_at: string;
}

/** The current schema as its file holds it: written and registered. */
export const RATE_OBSERVED_SCHEMA = readFileSync(
  new URL('./rate-observed.avsc', import.meta.url),
  'utf8',
);

/** Why a record can never become a rate: the code that tables and programs use, and in words. */
export const RECORD_FAULTS = {
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
export type RecordFault = keyof typeof RECORD_FAULTS;

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
/** Any provider's name: one that this version does not know is stored all the same. */
const SOURCE = /^[a-z][a-z0-9-]{0,39}$/;
const CURRENCY = /^[A-Z]{3}$/;
const MID = /^(0|[1-9]\d{0,29})(\.\d{1,30})?$/;
/** No rate is older, and the seconds of older instants do not fit what readers count them in. */
const INSTANT = /^(19|[2-9]\d)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const DAY_MS = 86_400_000;

/**
 * Returns a rate that holds what its type says. Throws `UndecodableRecord` naming the first field
 * that Avro let through and that does not (NaN, bad UTF-8, a zero rate, a time ahead of itself).
 */
export function checkRate(rate: RateObserved): RateObserved {
  if (!UUID.test(rate.event_id)) throw fault(rate, 'event_id', 'a lower case UUID');
  if (!RUN_ID.test(rate.run_id)) throw fault(rate, 'run_id', '1 to 100 visible ASCII characters');
  if (!SOURCE.test(rate.source))
    throw fault(rate, 'source', '1 to 40 lower case letters, digits and dashes');
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
export function checkNotAhead(rate: RateObserved, knownMs: number): void {
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

/** The key of an event: all rates of a pair share a partition and keep their order. */
export function keyOf(rate: Pick<RateObserved, 'base_currency' | 'quote_currency'>): string {
  return `${rate.base_currency}-${rate.quote_currency}`;
}

/** CloudEvents 1.0 attributes in Kafka's binary mode, for people and routers. */
export function cloudEventHeaders(rate: RateObserved): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: rate.event_id,
    ce_source: `/fx-rates/producer/${rate.source}`,
    ce_type: 'fx.rates.RateObserved.v1',
    ce_time: rate.observed_at,
    ce_subject: keyOf(rate),
    'content-type': 'application/avro',
  };
}

/** The UUIDv5 namespace of our event ids (random, once; RFC 9562 section 5.5). */
const NAMESPACE = Buffer.from('6f1c1f0c0b5d4d0e9a3a5a7f3f2f8e11', 'hex');

/**
 * The id of a run's rate, the same however often it is computed and published. `observed_at` is
 * ISO 8601 with milliseconds.
 */
export function eventId(
  rate: Pick<RateObserved, 'run_id' | 'base_currency' | 'quote_currency' | 'observed_at'>,
): string {
  const name = [rate.run_id, rate.base_currency, rate.quote_currency, rate.observed_at].join('|');
  const bytes = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
