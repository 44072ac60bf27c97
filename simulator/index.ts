import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CannotStart } from '../platform/errors.ts';
import type { Fault } from '../platform/simulated-fault.ts';
import { buildApp, FACES } from './app.ts';
import { type FaultSwitch, faultSwitch } from './faults.ts';
import { openQuota, type Quota } from './quota.ts';

export interface SimulatorSettings {
  /** 127.0.0.1 */
  host?: string;
  /** 0 picks a free one, and so does leaving it out. */
  port?: number;
  mode: 'live' | 'daily';
  accountId: string;
  apiKey: string;
  /** Leaves out the header that marks responses as simulated, for tests of real sources. */
  isMarked?: boolean;
  /** Rates (not calls) a month; 10000. */
  packageLimit?: number;
  now?: () => Date;
  /** The fault of every request for rates from the start, until another is set. */
  fault?: Fault;
}

export interface Simulator {
  /** Where the API begins, such as `http://127.0.0.1:41234/v1/`. */
  readonly url: string;
  /** Responses that held rates, so far. */
  readonly calls: () => number;
  readonly ratesServed: () => number;
  /** Requests for rates, including those that met a fault. */
  readonly requests: () => number;
  /** Plays a fault for this many requests, or until it is set to `none`. */
  readonly setFault: FaultSwitch['set'];
  /** The look-alike of a provider by its name; those of FACES count calls. */
  readonly face: (name: string) => Pick<Simulator, 'url' | 'calls' | 'requests' | 'setFault'>;
  /** Cuts open connections and frees the port. */
  stop(): Promise<void>;
}

/**
 * Starts a look-alike of the XE Currency Data API over real HTTP. Its rates are made up, but agree
 * from run to run. Throws `CannotStart` if it cannot listen on the address.
 */
export async function startSimulator(settings: SimulatorSettings): Promise<Simulator> {
  const {
    host = '127.0.0.1',
    port = 0,
    packageLimit = 10_000,
    now = () => new Date(),
    fault = 'none',
    isMarked = true,
    ...rest
  } = settings;
  const quota = openQuota({ limit: packageLimit, now });
  const faults = faultSwitch(fault);
  const faces = Object.fromEntries(
    Object.keys(FACES).map((name) => [
      name,
      { quota: openQuota({ limit: 1000, now }), faults: faultSwitch() },
    ]),
  );
  const server = createServer(buildApp({ ...rest, now, quota, faults, faces, isMarked }));
  await listen(server, { host, port });
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  const own = publish(`${origin}/v1/`, { quota, faults });
  return {
    ...own,
    ratesServed: quota.ratesServed,
    face: (name) => {
      const face = faces[name];
      return face ? publish(`${origin}/${name}/`, face) : own;
    },
    stop: () => stop(server),
  };
}

/** What tests and services use of a face. */
const publish = (url: string, { quota, faults }: { quota: Quota; faults: FaultSwitch }) => ({
  ...{ url, calls: quota.calls, requests: quota.requests, setFault: faults.set },
});

async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
        ? 'the port is taken'
        : (cause as Error).message;
    throw new CannotStart(
      `The XE simulator cannot listen on ${host}:${port} (${reason}): ` +
        'set SIMULATOR_PORT to a free port, or to 0 to let it pick one.',
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
