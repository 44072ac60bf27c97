import { createHash } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import { prefixOf } from './base-path.ts';
import { SECURITY_HEADERS } from './server.ts';

/** A response as it is sent: bytes and headers, made once. */
export interface CachedResponse {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** The template of its path, for the metrics. */
  readonly route: string;
}
/** `text` is the body as Latin-1: node.js then writes head and body at once. */
type Bytes = Pick<CachedResponse, 'body' | 'headers'> & { readonly text?: string };
/** How long a response stays right. */
export interface Validity {
  /** Milliseconds until it turns wrong by time alone; null when it never does. */
  readonly lasts: number | null;
  /** Made of rows that can no longer change: clients may cache it for a day. */
  readonly isFinal: boolean;
}

/** A lost notification of a new rate is made up for after this long. */
export const CACHE_MS = 60_000;
const MAX_ENTRIES = 300;
const MAX_BYTES = 512 * 1024;
/** Sent in slices, so that the server sees whether a client reads. */
const SLICE_BYTES = 64 * 1024;

interface Entry {
  readonly value: unknown;
  readonly until: number;
}
export type ApiCache = ReturnType<typeof openCache>;

/**
 * The one cache of the API: responses as bytes, and the freshness of rates. Entries live until a
 * rate lands or their time is over. While no notification would arrive, nothing is kept.
 */
export function openCache() {
  const entries = new Map<string, Entry>();
  const loading = new Map<string, Promise<unknown>>();
  let isListening = false;

  function clear(): void {
    entries.clear();
    // A load in progress may have read the old rows: later callers must not join it.
    loading.clear();
  }
  function put(key: string, entry: Entry): void {
    const { body } = entry.value as Partial<CachedResponse>;
    if (!isListening || (body && body.length > MAX_BYTES)) return;
    const [oldest] = entries.keys();
    if (entries.size >= MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
    entries.set(key, entry);
  }
  function get<T>(key: string): T | null {
    const entry = entries.get(key);
    return entry && entry.until > Date.now() ? (entry.value as T) : null;
  }
  return {
    get,
    clear,
    /** Whether notifications of new rates arrive. */
    setListening(value: boolean): void {
      isListening = value;
      clear();
    },
    /** The cached value, or the result of `load`: concurrent callers share one (single flight). */
    load<T>(key: string, load: () => Promise<{ value: T; lastsMs: number }>): Promise<T> {
      const known = get<T>(key);
      if (known !== null) return Promise.resolve(known);
      const joined = loading.get(key) as Promise<T> | undefined;
      if (joined !== undefined) return joined;
      const result = load().then(({ value, lastsMs }) => {
        if (loading.get(key) === result)
          put(key, { value, until: Date.now() + Math.min(lastsMs, CACHE_MS) });
        return value;
      });
      loading.set(key, result);
      const forget = () => void (loading.get(key) === result && loading.delete(key));
      result.then(forget, forget);
      return result;
    },
  };
}

/** The cache key of a request: the same address in the same format under the same prefix. */
export function cacheKey(req: Request, res: Response): string {
  return `${req.headers.accept ?? ''} ${prefixOf(res)} ${req.originalUrl}`;
}

/**
 * The headers set so far, without those of this client and moment, and those by which a body may be
 * cached. Rates can change at any time, so most revalidate; a body without validity is not cached.
 */
export function cacheHeaders(
  res: Response,
  body: Buffer,
  valid?: Pick<Validity, 'isFinal'>,
): Record<string, string> {
  if (valid) res.vary('Accept-Encoding');
  const common = Object.entries(res.getHeaders())
    .filter(([name]) => !name.startsWith('ratelimit'))
    .map(([name, value]) => [name, String(value)]);
  return {
    ...Object.fromEntries(common),
    'Cache-Control': valid
      ? valid.isFinal
        ? 'public, max-age=86400'
        : 'public, no-cache'
      : 'no-store',
    ...(valid && { ETag: eTagOf(body) }),
  };
}

/** The strong ETag of a body, and of what else must be new to the client. */
export const eTagOf = (body: Buffer, other = '') =>
  `"${createHash('sha256').update(body).update(other).digest('base64url')}"`;

/**
 * Sends a response in the client's encoding, or 304 when the client has the same bytes (RFC 9110,
 * 13.2.2).
 */
export function sendCached(req: IncomingMessage, res: ServerResponse, response: Bytes): void {
  const variant = compressFor(req.headers['accept-encoding'], response);
  // A promise for each response would be seen in how many are sent in a second.
  if (variant instanceof Promise)
    variant.then(
      (bytes) => sendBytes(req, res, bytes),
      () => sendBytes(req, res, response),
    );
  else sendBytes(req, res, variant);
}

const STORED_HEADERS = new RegExp(
  `^(content-(type|length|encoding|disposition)|${Object.keys(SECURITY_HEADERS).join('|')})$`,
  'i',
);

/** Sends a response of this moment, which is never cached. */
export function sendOnce(
  res: ServerResponse,
  body: string | Buffer,
  headers: OutgoingHttpHeaders = {},
  status = 200,
): undefined {
  const type = 'application/json; charset=utf-8';
  const length = Buffer.byteLength(body);
  const own = { 'Content-Type': type, 'Cache-Control': 'no-store', 'Content-Length': length };
  res.writeHead(status, { ...own, ...headers }).end(body);
}

function sendBytes(req: IncomingMessage, res: ServerResponse, response: Bytes): void {
  const { body, headers, text } = response;
  if (matchesETag(req.headers['if-none-match'], headers['ETag'])) {
    // The client has the other headers (RFC 9110, 15.4.5); they would be most of a second visit.
    const kept = Object.entries(headers).filter(([name]) => !STORED_HEADERS.test(name));
    for (const name of res.getHeaderNames()) if (STORED_HEADERS.test(name)) res.removeHeader(name);
    res.writeHead(304, Object.fromEntries(kept)).end();
    return;
  }
  res.writeHead(200, headers);
  if (req.method === 'HEAD') res.end();
  else if (body.length <= 4 * SLICE_BYTES) res.end(text ?? body, 'latin1');
  else Readable.from(slicesOf(body), { objectMode: false }).pipe(res);
}

function* slicesOf(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += SLICE_BYTES) yield body.subarray(at, at + SLICE_BYTES);
}

function matchesETag(known: string | undefined, etag: string | undefined): boolean {
  if (known === undefined || etag === undefined) return false;
  return known.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
}

type Encoding = keyof typeof COMPRESS;

/** Below this, headers outweigh what compression saves. */
const MIN_BYTES = 1024;
const TEXT = /^(text\/|application\/json|image\/svg)/;
const [compressBrotli, compressGzip] = [promisify(brotliCompress), promisify(gzip)];
/** In order of preference. */
const COMPRESS = {
  br: ({ body, headers }: Bytes) => compressBrotli(body, { params: qualityFor(headers) }),
  gzip: ({ body }: Bytes) => compressGzip(body),
};
/** The best quality takes a hundred times as long: for files that are sent for months. */
const qualityFor = ({ 'Cache-Control': cacheControl = '' }: Bytes['headers']) => ({
  [constants.BROTLI_PARAM_QUALITY]: cacheControl.includes('immutable') ? 11 : 5,
});
const ENCODINGS = Object.keys(COMPRESS) as Encoding[];

/** Each response is compressed once per encoding, and lives as long as the response itself. */
const compressed = new WeakMap<Bytes, Map<Encoding, Bytes | Promise<Bytes>>>();

/**
 * The response in the encoding that the client prefers. Only what has an ETag is compressed: a
 * private response with a secret in it must not be (BREACH).
 */
export function compressFor(accepted: string | undefined, response: Bytes): Bytes | Promise<Bytes> {
  const { body, headers } = response;
  const isText = body.length > MIN_BYTES && TEXT.test(headers['Content-Type'] ?? '');
  const encoding = isText && headers['ETag'] ? preferredEncoding(accepted) : null;
  if (!encoding) return response;
  const variants = compressed.get(response) ?? new Map();
  compressed.set(response, variants);
  const known = variants.get(encoding);
  if (known) return known;
  const variant = compress(response, encoding);
  variants.set(encoding, variant);
  variant.then(
    (done) => variants.set(encoding, done),
    () => variants.delete(encoding),
  );
  return variant;
}

async function compress(response: Bytes, encoding: Encoding): Promise<Bytes> {
  const body = await COMPRESS[encoding](response);
  const headers = {
    ...response.headers,
    'Content-Encoding': encoding,
    'Content-Length': String(body.length),
    // Other bytes, so another strong ETag.
    ETag: `${response.headers['ETag']?.slice(0, -1)}-${encoding}"`,
  };
  return { body, headers, ...(body.length <= SLICE_BYTES && { text: body.toString('latin1') }) };
}

/** The encoding of ours with the highest weight; null for none (RFC 9110, 12.5.3). */
function preferredEncoding(accepted = ''): Encoding | null {
  const weights = new Map(
    accepted.split(',').map((part) => {
      const [name = '', weight = '1'] = part.toLowerCase().split(/;\s*q=/);
      return [name.trim(), Number(weight)];
    }),
  );
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  const [best] = [...ENCODINGS].sort((a, b) => weightOf(b) - weightOf(a));
  if (!best || !(weightOf(best) > 0)) return null;
  return weightOf(best) >= (weights.get('identity') ?? 0) ? best : null;
}
