import { eventId, keyOf, type RateObserved } from '../../events/rate-observed.ts';
import { CURRENT_BUILT_IN_ID, encodeRate } from '../../events/wire-format.ts';
import type { OutgoingRecord } from '../../stream/port.ts';

const CURRENCIES = ['NGN', 'GHS', 'KES', 'UGX', 'MAD', 'XOF', 'EGP'];
const DAY_MS = 86_400_000;
/** Early enough for 100,000 events in the past: those dated ahead become dead letters. */
const FIRST_DAY = Date.UTC(1980, 0, 1);

/**
 * `count` events whose rate encodes currency, day and slot, so that one in the wrong row shows: of
 * day 123 and currency 4 the night slot is 4000123.23. With two slots a day the later one wins.
 */
export function makeRates(count: number, { slots = 1, firstDay = 0 } = {}): RateObserved[] {
  return Array.from({ length: count }, (_, n) => {
    const currency = n % CURRENCIES.length;
    const slot = Math.floor(n / CURRENCIES.length) % slots;
    const day = firstDay + Math.floor(n / CURRENCIES.length / slots);
    return makeRate(currency, day, slot);
  });
}

function makeRate(currency: number, day: number, slot: number): RateObserved {
  const hour = slot === 0 ? '01' : '23';
  const observed_at = new Date(FIRST_DAY + day * DAY_MS + Number(hour) * 3_600_000).toISOString();
  const rate = {
    run_id: `chaos-${day}-${slot}`,
    source: 'xe' as const,
    base_currency: 'USD',
    quote_currency: CURRENCIES[currency] as string,
    mid: `${currency + 1}${String(day).padStart(6, '0')}.${hour}`,
    observed_at,
    fetched_at: observed_at,
  };
  return { event_id: eventId(rate), ...rate };
}

export function encodeRecord(rate: RateObserved, schemaId = CURRENT_BUILT_IN_ID): OutgoingRecord {
  return { key: keyOf(rate), value: encodeRate(rate, schemaId) };
}
