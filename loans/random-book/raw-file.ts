import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** One raw file being written, as the lender writes them: header first, CRLF, no line end after the last row. */
export interface RawFile {
  add: (row: string) => void;
  /** Hands on what has gathered, waiting while the disk is behind; call it now and then, so that memory stays flat. */
  flush: () => Promise<void>;
  close: () => Promise<void>;
}

const CHUNK = 128 * 1024;

/** Opens a new file; throws when it exists. */
export function rawFile(path: string, header: string): RawFile {
  const out = createWriteStream(path, { flags: 'wx' });
  const ended = finished(out);
  // Whoever waits for the end is told; until then a failure must not count as unhandled.
  ended.catch(() => {});
  let text = header;
  const flush = async () => {
    if (text.length < CHUNK) return;
    const gathered = text;
    text = '';
    if (!out.write(gathered)) await Promise.race([once(out, 'drain'), ended]);
  };
  return {
    add: (row) => {
      text += `\r\n${row}`;
    },
    flush,
    close: async () => {
      out.end(text);
      await ended;
    },
  };
}
