import { createRequire } from 'node:module';

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
  value: Buffer;
}
type HeaderReader = (decoder: Decoder) => Header;

const PATCHED_VERSION = '2.2.4';
/** kafkajs' own interval for looking at requests that wait for others to be answered. */
const LOOK_AGAIN_MS = 10;

/** Mends in kafkajs 2.2.4 what it has no setting for. Throws for any other version of it. */
export function guardKafkajs(): void {
  const require = createRequire(import.meta.url);
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== PATCHED_VERSION)
    throw new Error(`kafkajs: expected ${PATCHED_VERSION}, which is patched here, got ${version}`);
  calmRequestQueue(require('kafkajs/src/network/requestQueue'));
  leaveHeadersUnread(require('kafkajs/src/protocol/decoder'));
}

/**
 * Has it wait for work instead of asking for it: it looks for pending requests every millisecond, for ever, which costs 6 % of
 * a core per idle client, and with a negative delay, which newer Nodes warn of (kafkajs #1556, #1704, #1751). With nothing pending
 * there is nothing to schedule: every push and every answer looks by itself.
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
      throttled > 0 ? throttled : LOOK_AGAIN_MS,
    );
  };
}

/** What stands in a message where its headers would: they are read when `headersOf` asks for them. */
class UnreadHeaders {
  readonly #decoder: Decoder;
  readonly #read: HeaderReader;
  constructor(decoder: Decoder, read: HeaderReader) {
    this.#decoder = decoder;
    this.#read = read;
  }
  /** kafkajs makes an object of the headers by `reduce`, and does nothing else with them. */
  reduce(): UnreadHeaders {
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
 * Has it leave the headers of a record unread. Ours have seven, which only dead letters ask for, and reading them was half of all that
 * fetching costs. They are the last thing in a record, so nothing behind them waits to be read. One object for each record: with a
 * closure and a proxy it was five, and a quarter of a replay's time went into collecting what had been made.
 */
function leaveHeadersUnread({ prototype }: { prototype: Decoder }): void {
  if (readArray) return;
  readArray = prototype.readVarIntArray;
  // kafkajs reads arrays of this kind nowhere else.
  prototype.readVarIntArray = function unread(this: Decoder, read: HeaderReader) {
    return new UnreadHeaders(this, read);
  } as never;
}

/** The headers of a message; of one that stands more than once the last counts. */
export function headersOf({ headers }: { readonly headers?: unknown }): Record<string, Buffer> {
  return headers instanceof UnreadHeaders
    ? Object.fromEntries(headers.all().map(({ key, value }) => [key, value]))
    : {};
}
