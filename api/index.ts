import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { CannotStart } from '../platform/errors.ts';

export interface Api {
  readonly url: string;
  /** Takes no more connections, lets the answers under way go out, and closes what is idle. */
  stop(): Promise<void>;
}

/** How long answers under way may take after a stop was asked for. */
const DRAIN_MS = 3000;

/** Listens with limits that slow or silent clients cannot outlast. Throws `CannotStart` when the address cannot be had. */
export async function startApi(app: Express, { host, port }: { host: string; port: number }): Promise<Api> {
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
