import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import kafkajs, { CompressionTypes } from 'kafkajs';

/** A record set may inflate to this much: 0.9 MB of gzip can hold 1 GB of zeros. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

/** A record set that cannot be decompressed here. The offset stays in front of it. */
export class UnreadableSet extends Error {
  override name = 'UnreadableSet';
}

type Decompress = (compressed: Buffer) => Promise<Uint8Array>;

/** Every codec that Kafka has. The product writes gzip; brokers may recompress to any of them. */
export function registerCodecs(): void {
  const codecs = kafkajs.CompressionCodecs;
  codecs[CompressionTypes.GZIP] = () => codec('gzip', gunzip);
  codecs[CompressionTypes.Snappy] = () => codec('snappy', unsnappy);
  codecs[CompressionTypes.LZ4] = () => codec('lz4', unlz4);
  codecs[CompressionTypes.ZSTD] = () => codec('zstd', unzstd);
}

function codec(name: string, decompress: Decompress) {
  return {
    compress: ({ buffer }: { buffer: Buffer }) =>
      name === 'gzip'
        ? promisify(zlib.gzip)(buffer)
        : Promise.reject(new Error(`records are not written with ${name}`)),
    decompress: async (compressed: Buffer): Promise<Buffer> => {
      try {
        const bytes = await decompress(compressed);
        return Buffer.isBuffer(bytes)
          ? bytes
          : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      } catch (cause) {
        const reason = isTooLarge(cause)
          ? `inflates to more than ${MAX_INFLATED_BYTES / 1024 / 1024} MiB`
          : `cannot be decompressed (${(cause as Error).message})`;
        throw new UnreadableSet(`a record set compressed with ${name} ${reason}`, { cause });
      }
    },
  };
}

class TooLarge extends Error {}

function isTooLarge(error: unknown): boolean {
  return error instanceof TooLarge || (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
}

function requireWithinBound(bytes: number): void {
  if (bytes > MAX_INFLATED_BYTES) throw new TooLarge('too large');
}

/**
 * In one synchronous call: kafkajs' own codec inflates in pieces of 16 kB on another thread, which
 * was a sixth of all that fetching costs. A set is some 60 kB.
 */
const gunzip: Decompress = (compressed) =>
  Promise.resolve(
    zlib.unzipSync(compressed, { chunkSize: 64 * 1024, maxOutputLength: MAX_INFLATED_BYTES }),
  );

/** Java's clients wrap snappy in blocks behind this header; others write one bare block. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);

const unsnappy: Decompress = async (compressed) => {
  const { uncompress } = await import('snappyjs');
  if (!compressed.subarray(0, XERIAL.length).equals(XERIAL)) {
    requireWithinBound(snappyLength(compressed));
    return uncompress(compressed, MAX_INFLATED_BYTES);
  }
  const blocks: Uint8Array[] = [];
  let total = 0;
  for (let at = XERIAL.length + 8; at < compressed.length; ) {
    const end = at + 4 + compressed.readUInt32BE(at);
    const block = compressed.subarray(at + 4, end);
    total += snappyLength(block);
    requireWithinBound(total);
    blocks.push(uncompress(block, MAX_INFLATED_BYTES));
    at = end;
  }
  return Buffer.concat(blocks);
};

/** A snappy block begins with its inflated length as a varint. */
function snappyLength(block: Uint8Array): number {
  let length = 0;
  for (const [index, byte] of block.subarray(0, 5).entries()) {
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) break;
  }
  return length;
}

const unlz4: Decompress = async (compressed) => {
  requireWithinBound(lz4Bound(compressed));
  const { decompressFrame } = await import('lz4-napi');
  return decompressFrame(compressed);
};

/** The most that an LZ4 frame may inflate to: its blocks times their maximum size. */
function lz4Bound(frame: Buffer): number {
  const flags = frame.readUInt8(4);
  const blockBytes = 2 ** (8 + 2 * ((frame.readUInt8(5) >> 4) & 7));
  const checksumBytes = flags & 0x10 ? 4 : 0;
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
  let total = 0;
  while (at + 4 <= frame.length) {
    const size = frame.readUInt32LE(at);
    if (size === 0) break;
    total += blockBytes;
    at += 4 + (size & 0x7fffffff) + checksumBytes;
  }
  return total;
}

/** Node has zstd of its own from 22.15 on. */
const nodeZstd = (zlib as { zstdDecompressSync?: (bytes: Buffer, options: object) => Buffer })
  .zstdDecompressSync;

const unzstd: Decompress = async (compressed) => {
  if (nodeZstd) return nodeZstd(compressed, { maxOutputLength: MAX_INFLATED_BYTES });
  requireWithinBound(zstdWindow(compressed));
  const { Decompress: Stream } = await import('fzstd');
  const chunks: Uint8Array[] = [];
  let total = 0;
  const stream = new Stream((chunk) => {
    total += chunk.length;
    requireWithinBound(total);
    chunks.push(chunk);
  });
  // In pieces, so that what a piece inflates to is counted before the next one is read.
  for (let at = 0; at < compressed.length; at += 16_384)
    stream.push(compressed.subarray(at, at + 16_384), at + 16_384 >= compressed.length);
  return Buffer.concat(chunks);
};

/** The memory that a zstd frame asks for, from its header (RFC 8878, section 3.1.1.1). */
function zstdWindow(frame: Buffer): number {
  const descriptor = frame.readUInt8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if (!isSingleSegment) {
    const window = frame.readUInt8(5);
    const base = 2 ** (10 + (window >> 3));
    return base + (base / 8) * (window & 7);
  }
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const sizes = [
    () => frame.readUInt8(at),
    () => frame.readUInt16LE(at) + 256,
    () => frame.readUInt32LE(at),
    () => Number(frame.readBigUInt64LE(at)),
  ];
  return sizes[descriptor >> 6]?.() ?? 0;
}
