import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** One rate as a provider published it. Instants are ISO 8601 in UTC with milliseconds; `mid` is a plain decimal, never a number. */
export interface RateObserved {
  event_id: string;
  run_id: string;
  source: 'xe' | 'simulator';
  base_currency: string;
  quote_currency: string;
  mid: string;
  observed_at: string;
  fetched_at: string;
}

/** The newest schema as the file holds it: what is written and registered. */
export const RATE_OBSERVED_SCHEMA = readFileSync(
  new URL('./rate-observed.avsc', import.meta.url),
  'utf8',
);

/** A record that can never become a rate, however often it is read. `reason` is its kind in a few words, for counting. */
export class UndecodableRecord extends Error {
  override name = 'UndecodableRecord';
  readonly reason: string;
  constructor(reason: string, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.reason = reason;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const RUN_ID = /^[\x21-\x7e]{1,100}$/;
const CURRENCY = /^[A-Z]{3}$/;
const MID = /^(0|[1-9]\d{0,29})(\.\d{1,30})?$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Throws `UndecodableRecord` naming the first field that Avro let through and that is no such thing (NaN, bad UTF-8, a zero rate). */
export function checkRate(rate: RateObserved): RateObserved {
  if (!UUID.test(rate.event_id)) throw fault(rate, 'event_id', 'a lower case UUID');
  if (!RUN_ID.test(rate.run_id)) throw fault(rate, 'run_id', '1 to 100 visible ASCII characters');
  if (rate.source !== 'xe' && rate.source !== 'simulator')
    throw fault(rate, 'source', 'xe or simulator');
  if (!CURRENCY.test(rate.base_currency)) throw fault(rate, 'base_currency', 'an ISO 4217 code');
  if (!CURRENCY.test(rate.quote_currency) || rate.quote_currency === rate.base_currency) {
    throw fault(rate, 'quote_currency', 'an ISO 4217 code other than the base');
  }
  if (!MID.test(rate.mid) || !/[1-9]/.test(rate.mid))
    throw fault(rate, 'mid', 'a plain decimal above 0');
  if (!INSTANT.test(rate.observed_at))
    throw fault(rate, 'observed_at', 'an instant of the years 0 to 9999');
  if (!INSTANT.test(rate.fetched_at))
    throw fault(rate, 'fetched_at', 'an instant of the years 0 to 9999');
  return rate;
}

function fault(rate: RateObserved, field: keyof RateObserved, expected: string): UndecodableRecord {
  return new UndecodableRecord(
    `bad ${field}`,
    `${field}: expected ${expected}, got ${JSON.stringify(rate[field]).slice(0, 80)}`,
  );
}

/** The key of every event: all rates of a pair share a partition, so they keep their order. */
export function keyOf(rate: Pick<RateObserved, 'base_currency' | 'quote_currency'>): string {
  return `${rate.base_currency}-${rate.quote_currency}`;
}

/** The UUIDv5 namespace of our event ids (random, once; RFC 9562 section 5.5). */
const NAMESPACE = Buffer.from('6f1c1f0c0b5d4d0e9a3a5a7f3f2f8e11', 'hex');

/** The id that a rate of a pull has, whoever computes it and however often it is published. `observed_at` is ISO 8601 with milliseconds. */
export function eventId(
  rate: Pick<RateObserved, 'run_id' | 'base_currency' | 'quote_currency' | 'observed_at'>,
): string {
  const name = [rate.run_id, rate.base_currency, rate.quote_currency, rate.observed_at].join('|');
  const bytes = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
