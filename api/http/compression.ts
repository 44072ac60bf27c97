import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

interface Compressible {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}
type Encoding = keyof typeof COMPRESS;

/** Below this, headers outweigh what compression saves. */
const MIN_BYTES = 1024;
const TEXT = /^(text\/|application\/json|image\/svg)/;
const [compressBrotli, compressGzip] = [promisify(brotliCompress), promisify(gzip)];
/** In order of preference. */
const COMPRESS = {
  br: ({ body, headers }: Compressible) => compressBrotli(body, { params: qualityFor(headers) }),
  gzip: ({ body }: Compressible) => compressGzip(body),
};
/** The best quality takes a hundred times as long: for files that are sent for months. */
const qualityFor = ({ 'Cache-Control': cacheControl = '' }: Compressible['headers']) => ({
  [constants.BROTLI_PARAM_QUALITY]: cacheControl.includes('immutable') ? 11 : 5,
});
const ENCODINGS = Object.keys(COMPRESS) as Encoding[];

/** Each response is compressed once per encoding, and lives as long as the response itself. */
const compressed = new WeakMap<Compressible, Map<Encoding, Promise<Compressible>>>();

/**
 * The response in the encoding that the client prefers. Only what has an ETag is compressed: a
 * private response with a secret in it must not be (BREACH).
 */
export async function compressFor(
  accepted: string | undefined,
  response: Compressible,
): Promise<Compressible> {
  const { body, headers } = response;
  const isText = body.length > MIN_BYTES && TEXT.test(headers['Content-Type'] ?? '');
  const encoding = isText && headers['ETag'] ? preferredEncoding(accepted) : null;
  if (!encoding) return response;
  const variants = compressed.get(response) ?? new Map();
  compressed.set(response, variants);
  const variant = variants.get(encoding) ?? compress(response, encoding);
  variants.set(encoding, variant);
  return variant;
}

async function compress(response: Compressible, encoding: Encoding): Promise<Compressible> {
  const body = await COMPRESS[encoding](response);
  const headers = {
    ...response.headers,
    'Content-Encoding': encoding,
    'Content-Length': String(body.length),
    // Other bytes, so another strong ETag.
    ETag: `${response.headers['ETag']?.slice(0, -1)}-${encoding}"`,
  };
  return { body, headers };
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
