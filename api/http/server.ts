import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CannotStart } from '../../platform/errors.ts';
import type { ProblemKind } from './problem-kinds.ts';
import { problemDocument } from './problems.ts';

/** Headers of every response: nothing foreign may run in our pages, embed them or guess types. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;" +
    "connect-src 'self';frame-ancestors 'none';base-uri 'none';form-action 'self'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

export interface Listening {
  readonly url: string;
  /** Takes no new connections, finishes the responses in progress, and closes idle connections. */
  stop(): Promise<void>;
}

/** How long responses in progress may take after `stop`. */
const DRAIN_MS = 3000;
/** Slow-client timeout: a client that reads nothing for this long is disconnected. */
const STALL_MS = 30_000;
const CHECKS_PER_STALL = 15;

export interface ListenSettings {
  host: string;
  port: number;
  keepAliveSeconds: number;
  stallMs?: number;
}

/** Listens with limits against slow clients. Throws `CannotStart` when it cannot. */
export async function listenOn(
  app: RequestListener,
  { host, port, keepAliveSeconds, stallMs = STALL_MS }: ListenSettings,
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      keepAliveTimeout: keepAliveSeconds * 1000,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 8192,
    },
    app,
  );
  // Well above a thousand waiting triggers; the slow-client timeouts keep it from filling up.
  server.maxConnections = 2048;
  server.on('clientError', (err: NodeJS.ErrnoException, socket) =>
    refuseUnreadable(socket, err.code ?? ''),
  );
  const stopWatching = closeStalledClients(server, stallMs);
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
        server.close(() => {
          clearTimeout(timer);
          stopWatching();
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** Closes connections whose client has not read any of the waiting bytes for `stallMs`. */
function closeStalledClients(server: Server, stallMs: number): () => void {
  const checkMs = stallMs / CHECKS_PER_STALL;
  const sockets = new Map<Socket, { sent: number; since: number }>();
  server.on('connection', (socket) => {
    sockets.set(socket, { sent: 0, since: Date.now() });
    socket.once('close', () => sockets.delete(socket));
  });
  const timer = setInterval(() => {
    const now = Date.now();
    for (const [socket, seen] of sockets) {
      const waiting = socket.writableLength;
      const sent = (socket.bytesWritten ?? 0) - waiting;
      if (waiting === 0 || sent !== seen.sent) sockets.set(socket, { sent, since: now });
      else if (now - seen.since >= stallMs - checkMs) socket.destroy();
    }
  }, checkMs).unref();
  return () => clearInterval(timer);
}

/** Throws `CannotStart` when the API could not listen: before Postgres is created for it. */
export async function requireFreePort({ HOST, PORT }: { HOST: string; PORT: number }) {
  const probe = createServer();
  await listen(probe, HOST, PORT);
  await new Promise((resolve) => probe.close(resolve));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (err: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: 'another program listens there',
        EACCES: 'this user may not listen there',
        EADDRNOTAVAIL: 'this machine has no such address',
        ENOTFOUND: 'the host name is unknown',
      };
      const reason = reasons[err.code ?? ''] ?? err.message;
      const message =
        `The API cannot listen on ${host}:${port}: ${reason}. ` +
        'Set PORT or HOST to another value, or stop that program.';
      reject(new CannotStart(message, { cause: err }));
    });
    server.listen(port, host, resolve);
  });
}

const KINDS: Readonly<Record<string, ProblemKind>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Answers what Node's parser cannot read in the same form as every other error, and hangs up. */
function refuseUnreadable(socket: Duplex, code: string): void {
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy();
  const problem = problemDocument(KINDS[code] ?? 'bad-request', `not a valid request (${code})`);
  const body = JSON.stringify(problem);
  const headers = {
    ...SECURITY_HEADERS,
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Request-Id': problem.request_id,
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('')}\r\n${body}`);
}
