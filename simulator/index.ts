import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CannotStart } from '../platform/errors.ts';
import { buildApp } from './app.ts';
import { openQuota } from './quota.ts';

export interface SimulatorSettings {
  /** 127.0.0.1 */
  host?: string;
  /** 0 picks a free one, and so does leaving it out. */
  port?: number;
  mode: 'live' | 'daily';
  accountId: string;
  apiKey: string;
  /** Rates (not calls) a month; 10000. */
  packageLimit?: number;
  now?: () => Date;
}

export interface Simulator {
  /** Where the API begins, such as `http://127.0.0.1:41234/v1/`. */
  readonly url: string;
  /** Answers that held rates, so far. */
  readonly calls: () => number;
  readonly ratesServed: () => number;
  /** Cuts open connections and frees the port. */
  stop(): Promise<void>;
}

/**
 * Starts a look-alike of the XE Currency Data API over real HTTP. Its rates are made up, but agree from run to run.
 * Throws `CannotStart` if it cannot listen where it was told to.
 */
export async function startSimulator(settings: SimulatorSettings): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, packageLimit = 10_000, now = () => new Date(), ...rest } = settings;
  const quota = openQuota({ limit: packageLimit, now });
  const server = createServer(buildApp({ ...rest, now, quota }));
  await listen(server, { host, port });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/v1/`,
    calls: quota.calls,
    ratesServed: quota.ratesServed,
    stop: () => stop(server),
  };
}

async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'the port is taken' : (cause as Error).message;
    throw new CannotStart(
      `The XE simulator cannot listen on ${host}:${port} (${reason}): set SIMULATOR_PORT to a free port, or to 0 to let it pick one.`,
      { cause },
    );
  }
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // A client's keep-alive connections would hold close() back for seconds.
  server.closeAllConnections();
  await closed;
}
