import type { RateObserved } from '../../events/rate-observed.ts';
import { CURRENT_BUILT_IN_ID, encodeRate } from '../../events/wire-format.ts';
import type { OutgoingRecord } from '../../stream/port.ts';

/** An instant as Avro writes it. */
function varint(millis: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(millis) * 2n;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** Kinds of records that can never become a rate; `n` makes each record distinct. */
export function makePoison(n: number, rate: RateObserved): OutgoingRecord {
  const good = encodeRate(rate, CURRENT_BUILT_IN_ID);
  const number = Buffer.from(String(n).padStart(6, '0'));
  const framed = (...parts: (string | Buffer)[]) =>
    Buffer.concat([good.subarray(0, 5), ...parts.map((part) => Buffer.from(part))]);
  /** The event with other bytes in place of some of its own, of the same length. */
  const changed = (from: string, to: Buffer | string): Buffer => {
    const at = good.indexOf(from);
    if (at < 0) throw new Error(`no ${from} in the event`);
    const bytes = Buffer.from(good);
    Buffer.from(to).copy(bytes, at);
    return bytes;
  };
  const observed = varint(Date.parse(rate.observed_at));
  const at = good.indexOf(observed);
  const end = at + observed.length;
  const withId = (id: number) => {
    const bytes = Buffer.from(good);
    bytes.writeUInt32BE(id, 1);
    return bytes;
  };
  const noise = (length: number) => {
    let state = n + 1;
    const next = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    };
    return Buffer.from(Array.from({ length }, next));
  };
  const kinds: (() => Buffer)[] = [
    () => Buffer.alloc(0),
    // Observed in 2099 and fetched long before.
    () => Buffer.concat([good.subarray(0, at), varint(Date.UTC(2099, 0)), good.subarray(end)]),
    () => Buffer.concat([Buffer.from([1]), noise(60)]),
    () => good.subarray(0, 20 + (n % 10)),
    () => Buffer.concat([Buffer.from([9]), good.subarray(1), number]),
    () => withId(900_000 + n),
    () => Buffer.concat([good, noise(2 * 1024 * 1024)]),
    () => changed(rate.quote_currency, Buffer.from([0xff, 0xfe, 0x53])),
    () => changed(rate.mid, 'NaN'.padEnd(rate.mid.length, '0')),
    () => changed(rate.mid, '0'.repeat(rate.mid.length)),
    () => changed(rate.mid, `-${rate.mid.slice(1)}`),
    () => changed(rate.mid, `1e${'3'.repeat(rate.mid.length - 2)}`),
    () => changed(rate.mid, 'Infinity'.padEnd(rate.mid.length, '0')),
    () => changed(rate.quote_currency, rate.quote_currency.toLowerCase()),
    () => changed(rate.quote_currency, 'USD'),
    () => changed(rate.event_id, `${number}-no-uuid`),
    () => Buffer.from(`{"quote_currency":"KES","mid":${n}}`),
    () => Buffer.concat([good, number]),
    () => framed(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), number),
    () => Buffer.concat([good, Buffer.alloc(70_000, number)]),
    () => framed(Buffer.alloc(40, 0xff), number),
  ];
  return {
    key: n % 3 === 0 && n % kinds.length !== 0 ? null : `wrong-key-${n}`,
    // As Java, Spring and OpenTelemetry producers write them.
    headers: { traceparent: null, hop: ['1', '2'], 'not-utf8': Buffer.from([0xff, 0]) },
    value: (kinds[n % kinds.length] as () => Buffer)(),
  };
}
