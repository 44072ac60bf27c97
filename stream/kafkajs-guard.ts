import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}
interface Decoder {
  readVarIntArray<Item>(read: (decoder: Decoder) => Item): Item[];
}
type HeaderReader = (decoder: Decoder) => { key: string; value: Buffer };
type Headers = Record<string, Buffer | Buffer[]>;

const PATCHED_VERSION = '2.2.4';
/** kafkajs' own interval for looking at requests that wait for others to be answered. */
const LOOK_AGAIN_MS = 10;

/** Mends in kafkajs 2.2.4 what it has no setting for. Throws for any other version of it. */
export function guardKafkajs(): void {
  const require = createRequire(import.meta.url);
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== PATCHED_VERSION) throw new Error(`kafkajs: expected ${PATCHED_VERSION}, which is patched here, got ${version}`);
  calmRequestQueue(require('kafkajs/src/network/requestQueue'));
  leaveHeadersUnread(require('kafkajs/src/protocol/decoder'));
}

/**
 * Has it wait for work instead of asking for it: it looks for pending requests every millisecond, for ever, which costs 6 % of
 * a core per idle client, and with a negative delay, which newer Nodes warn of (kafkajs #1556, #1704, #1751). With nothing pending
 * there is nothing to schedule: every push and every answer looks by itself.
 */
function calmRequestQueue({ prototype }: { prototype: { scheduleCheckPendingRequests(this: RequestQueue): void } }): void {
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

const guarded = new WeakSet<object>();

/**
 * Has it read the headers of a record when somebody looks at them. Ours have seven, which only dead letters ask for, and reading them
 * was half of all that fetching costs. They are the last thing in a record, so nothing behind them waits to be read.
 */
function leaveHeadersUnread({ prototype }: { prototype: Decoder }): void {
  if (guarded.has(prototype)) return;
  guarded.add(prototype);
  const readNow = prototype.readVarIntArray;
  // kafkajs reads arrays of this kind nowhere else, and only to make an object of them by `reduce`.
  prototype.readVarIntArray = function unread(this: Decoder, read: HeaderReader) {
    return { reduce: () => new Proxy({}, new UnreadHeaders(() => readNow.call(this, read) as ReturnType<HeaderReader>[])) };
  } as never;
}

/** An object that is filled at the first look at it. */
class UnreadHeaders implements ProxyHandler<Headers> {
  #read: (() => ReturnType<HeaderReader>[]) | null;
  constructor(read: () => ReturnType<HeaderReader>[]) {
    this.#read = read;
  }
  get(headers: Headers, name: string) {
    return this.#filled(headers)[name];
  }
  has(headers: Headers, name: string) {
    return name in this.#filled(headers);
  }
  ownKeys(headers: Headers) {
    return Reflect.ownKeys(this.#filled(headers));
  }
  getOwnPropertyDescriptor(headers: Headers, name: string) {
    return Reflect.getOwnPropertyDescriptor(this.#filled(headers), name);
  }

  /** A header that stands more than once is a list, as kafkajs has it. */
  #filled(headers: Headers): Headers {
    const found = this.#read?.() ?? [];
    this.#read = null;
    for (const { key, value } of found) {
      const before = headers[key];
      headers[key] = before === undefined ? value : [before, value].flat();
    }
    return headers;
  }
}
