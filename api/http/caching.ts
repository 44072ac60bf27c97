import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer as it goes out: bytes and headers, made once. */
export interface ReadyAnswer {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** The template of its path, for the metrics. */
  readonly route: string;
  /** Milliseconds since 1970 from which it must be made anew. */
  readonly until: number;
}

export interface ReadyAnswers {
  /** Sends the answer that is kept for this request, if there is one. */
  send(req: IncomingMessage, res: ServerResponse): ReadyAnswer | null;
  /** Rises with every drop: what was begun before one must not be kept after it. */
  readonly generation: number;
  /** Whether we would be told of a new rate: else nothing may be kept. */
  readonly heard: boolean;
  keep(req: IncomingMessage, answer: ReadyAnswer, generation: number): void;
  /** A rate has landed. */
  drop(): void;
  hearing(yes: boolean): void;
}

/** A new rate is told by a notification; should one get lost, it is seen after this all the same. */
export const READY_MS = 60_000;
/** Answers are few and small; who asks in ever other ways pushes out the oldest. */
const MOST = 300;
const MOST_BYTES = 512 * 1024;

/** Keeps the answers of the hot addresses as ready bytes until a rate lands or their time is over. */
export function readyAnswers(): ReadyAnswers {
  const kept = new Map<string, ReadyAnswer>();
  let generation = 0;
  let heard = false;
  const drop = () => {
    generation++;
    kept.clear();
  };
  return {
    send: (req, res) => {
      if (req.method !== 'GET') return null;
      const answer = kept.get(keyOf(req));
      if (!answer || answer.until <= Date.now()) return null;
      sendReady(req, res, answer);
      return answer;
    },
    get generation() {
      return generation;
    },
    get heard() {
      return heard;
    },
    keep: (req, answer, begun) => {
      if (!heard || begun !== generation || req.method !== 'GET' || answer.body.length > MOST_BYTES)
        return;
      const oldest = kept.keys().next().value;
      if (kept.size >= MOST && oldest !== undefined) kept.delete(oldest);
      kept.set(keyOf(req), answer);
    },
    drop,
    hearing: (yes) => {
      heard = yes;
      drop();
    },
  };
}

/** What has been set on an answer so far, without what is of this one client and moment. */
export function headersSet(res: ServerResponse): Record<string, string> {
  const ofAll = Object.entries(res.getHeaders()).filter(([name]) => !name.startsWith('ratelimit'));
  return Object.fromEntries(ofAll.map(([name, value]) => [name, String(value)]));
}

/** Sends an answer, or 304 to who has these very bytes. */
export function sendReady(
  req: IncomingMessage,
  res: ServerResponse,
  { body, headers }: Pick<ReadyAnswer, 'body' | 'headers'>,
): void {
  if (isFresh(req, headers)) {
    const {
      'Content-Type': _type,
      'Content-Length': _length,
      'Content-Disposition': _file,
      ...rest
    } = headers;
    res.writeHead(304, rest).end();
  } else {
    res.writeHead(200, headers);
    res.end(req.method === 'HEAD' ? undefined : body);
  }
}

/** RFC 9110, 13.2.2: `If-Modified-Since` counts only where `If-None-Match` is not there. */
function isFresh({ headers }: IncomingMessage, sent: ReadyAnswer['headers']): boolean {
  const etag = sent['ETag'];
  const known = headers['if-none-match'];
  if (known !== undefined)
    return (
      etag !== undefined &&
      known.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
    );
  const since = headers['if-modified-since'];
  const modified = sent['Last-Modified'];
  return since !== undefined && modified !== undefined && Date.parse(modified) <= Date.parse(since);
}

const keyOf = (req: IncomingMessage) =>
  `${req.headers.accept ?? ''} ${(req as { originalUrl?: string }).originalUrl ?? req.url}`;
