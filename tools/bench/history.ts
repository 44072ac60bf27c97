import { createHash } from 'node:crypto';
import currencyCodes from 'currency-codes';

import {
  cloudEventHeaders,
  eventId,
  keyOf,
  type RateObserved,
} from '../../events/rate-observed.ts';
import { encodeRate } from '../../events/wire-format.ts';
import type { EventStream, OutgoingRecord } from '../../stream/port.ts';

const QUOTES = currencyCodes
  .codes()
  .filter((code) => code !== 'USD')
  .slice(0, 170);
const FIRST_HOUR = Date.UTC(2000, 0, 1);
/** What one send of ours takes. */
export const SEND = 500;

/**
 * The stream of 170 currencies fetched hourly: 4,080 events a day, 24 per currency and day, with
 * ids, digits, keys and headers as ours have them. The same every time.
 */
function historicRate(n: number): RateObserved {
  const [pull, currency] = [Math.floor(n / QUOTES.length), n % QUOTES.length];
  const at = FIRST_HOUR + pull * 3_600_000;
  const rate = {
    run_id: runId(pull),
    source: 'xe' as const,
    base_currency: 'USD',
    quote_currency: QUOTES[currency] as string,
    mid: `${1 + currency * 7}.${String((n * 7_919) % 10_000_000_000).padStart(10, '0')}`,
    observed_at: new Date(at).toISOString(),
    fetched_at: new Date(at + 5_123).toISOString(),
  };
  return { event_id: eventId(rate), ...rate };
}

function asRecord(rate: RateObserved, schemaId: number): OutgoingRecord {
  return { key: keyOf(rate), value: encodeRate(rate, schemaId), headers: cloudEventHeaders(rate) };
}

/** Events `from` to `to` in batches, made on demand: ten million do not fit into memory. */
export function* historyInSends({
  from = 0,
  to,
  schemaId,
}: {
  from?: number;
  to: number;
  schemaId: number;
}) {
  for (let at = from; at < to; at += SEND) {
    const count = Math.min(SEND, to - at);
    yield Array.from({ length: count }, (_, n) => asRecord(historicRate(at + n), schemaId));
  }
}

/** Publishes events `from` to `to`, a few sends at a time. Setup, not measured. */
export async function publishHistory(
  { stream, topic }: { stream: EventStream; topic: string },
  part: { from?: number; to: number; schemaId: number },
): Promise<void> {
  const sends = historyInSends(part);
  for (let under: Promise<unknown>[] = []; ; ) {
    const { value, done } = sends.next();
    if (value) under.push(stream.publish(topic, value));
    if (under.length < 8 && !done) continue;
    await Promise.all(under);
    under = [];
    if (done) return;
  }
}

/** The last event of each currency: records of a pair are in order, so these come last. */
export function lastIds(events: number): string[] {
  return Array.from({ length: QUOTES.length }, (_, n) => historicRate(events - 1 - n).event_id);
}

function runId(pull: number): string {
  const hex = createHash('md5').update(String(pull)).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
