import { createRequire } from 'node:module';
import type { HeaderValue, RecordHeaders } from '../port.ts';

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}
interface Decoder {
  offset: number;
  readVarIntArray<Item>(read: (decoder: Decoder) => Item): Item[];
}
interface Header {
  key: string;
  value: Buffer | null;
}
type HeaderReader = (decoder: Decoder) => Header;
interface OffsetFetchResponse {
  parse(data: { errorCode: number }): Promise<unknown>;
}

const PATCHED_VERSION = '2.2.4';
/** kafkajs' own interval for requests that wait for the responses to others. */
const CHECK_PENDING_MS = 10;
/** Kafka's protocol error for a group that the coordinator does not know. */
const GROUP_ID_NOT_FOUND = 69;

/** Patches in kafkajs 2.2.4 what it has no setting for. Throws for any other version of it. */
export function patchKafkajs(): void {
  const require = createRequire(import.meta.url);
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== PATCHED_VERSION)
    throw new Error(`kafkajs: expected ${PATCHED_VERSION}, which is patched here, got ${version}`);
  if (readArray) return;
  calmRequestQueue(require('kafkajs/src/network/requestQueue'));
  deferHeaders(require('kafkajs/src/protocol/decoder'));
  for (const v of ['v1', 'v2', 'v3', 'v4'])
    acceptUnknownGroup(require(`kafkajs/src/protocol/requests/offsetFetch/${v}/response`));
}

/**
 * Idle CPU of a client: 6 % of a core before, 0.3 % after. kafkajs polls for pending requests every
 * millisecond for ever, with a negative delay that newer Nodes warn of (kafkajs #1556, #1704,
 * #1751). With nothing pending there is nothing to schedule: every push and response checks itself.
 */
function calmRequestQueue({
  prototype,
}: {
  prototype: { scheduleCheckPendingRequests(this: RequestQueue): void };
}): void {
  prototype.scheduleCheckPendingRequests = function schedule() {
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    const throttled = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttled > 0 ? throttled : CHECK_PENDING_MS,
    );
  };
}

/** Takes the place of a message's headers; `headersOf` decodes them when they are needed. */
class DeferredHeaders {
  readonly #decoder: Decoder;
  readonly #read: HeaderReader;
  constructor(decoder: Decoder, read: HeaderReader) {
    this.#decoder = decoder;
    this.#read = read;
  }
  /** kafkajs makes an object of the headers by `reduce`, and does nothing else with them. */
  reduce(): DeferredHeaders {
    return this;
  }
  all(): Header[] {
    const { offset } = this.#decoder;
    const found = readArray?.call(this.#decoder, this.#read) as Header[];
    this.#decoder.offset = offset;
    return found;
  }
}
let readArray: Decoder['readVarIntArray'] | undefined;

/**
 * Time to fetch and decode a record: halved. Ours have seven headers, which only dead letters need.
 * They are the last part of a record, so nothing behind them waits to be decoded. One object for
 * each record: a closure and a proxy made it five, and cost a quarter of a replay in collection.
 */
function deferHeaders({ prototype }: { prototype: Decoder }): void {
  readArray = prototype.readVarIntArray;
  // kafkajs reads arrays of this kind nowhere else.
  const deferred = function readLater(this: Decoder, read: HeaderReader) {
    return new DeferredHeaders(this, read);
  };
  Object.assign(prototype, { readVarIntArray: deferred });
}

/** A group that a broker does not know has committed nothing; kafkajs would end its consumer. */
function acceptUnknownGroup(response: OffsetFetchResponse): void {
  const { parse } = response;
  response.parse = (data) =>
    parse(data.errorCode === GROUP_ID_NOT_FOUND ? { ...data, errorCode: 0 } : data);
}

/**
 * The headers of a message. A name that occurs more than once keeps all its values, in order; a
 * header without a value is null. Headers that cannot be decoded are left out.
 */
export function headersOf({ headers }: { readonly headers?: unknown }): RecordHeaders {
  if (!(headers instanceof DeferredHeaders)) return {};
  const found = new Map<string, HeaderValue | HeaderValue[]>();
  try {
    for (const { key, value } of headers.all()) {
      const known = found.get(key);
      if (known === undefined) found.set(key, value);
      else found.set(key, Array.isArray(known) ? [...known, value] : [known, value]);
    }
  } catch {
    // What was decoded so far is kept: headers are not what makes a record readable.
  }
  return Object.fromEntries(found);
}
