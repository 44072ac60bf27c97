import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { CannotStart } from '../../platform/errors.ts';
import type { ProblemKind } from './problem-kinds.ts';
import { problemOf } from './problems.ts';

export interface Listening {
  readonly url: string;
  /** Takes no more connections, lets the answers under way go out, and closes what is idle. */
  stop(): Promise<void>;
}

/** How long answers under way may take after a stop was asked for. */
const DRAIN_MS = 3000;

/** Listens with limits that slow or silent clients cannot outlast. Throws `CannotStart` when the address cannot be had. */
export async function listenOn(
  app: Express,
  {
    host,
    port,
    headers,
  }: { host: string; port: number; headers: Readonly<Record<string, string>> },
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      keepAliveTimeout: 5000,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 8192,
    },
    app,
  );
  // Well above the thousand triggers that may wait at once; the deadlines above keep slow clients from filling it.
  server.maxConnections = 2048;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    refuse(socket, error.code ?? '', headers),
  );
  await listening(server, host, port);
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        const impatient = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
        server.close(() => {
          clearTimeout(impatient);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why: Record<string, string> = {
        EADDRINUSE: 'another program listens there',
        EACCES: 'this user may not listen there',
        EADDRNOTAVAIL: 'this machine has no such address',
        ENOTFOUND: 'no such host is known',
      };
      reject(
        new CannotStart(
          `The API cannot listen on ${host}:${port}: ${why[error.code ?? ''] ?? error.message}. Set PORT or HOST to another, or end it.`,
          { cause: error },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}

const KINDS: Readonly<Record<string, ProblemKind>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** What node's parser cannot read never becomes a request: it is told in the same words, and hung up on. */
function refuse(socket: Duplex, code: string, headers: Readonly<Record<string, string>>): void {
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy();
  const problem = problemOf(
    KINDS[code] ?? 'bad-request',
    `this is not a request that can be read (${code})`,
  );
  const body = JSON.stringify(problem);
  const lines = Object.entries({
    ...headers,
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Request-Id': problem.request_id,
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('')}\r\n${body}`);
}
