import type pg from 'pg';
import { backOff, waitMs } from './back-off.ts';
import { sessionClient } from './database.ts';
import { destroyConnection } from './drop-dirty-connection.ts';
import type { Logger } from './logger.ts';
import { openOutageLog } from './outage-log.ts';

/** Channels that the product announces on, see the SQL function `announce`. */
type Channel = 'runs' | 'rates' | 'dead_letters' | 'stream';

interface Subscriber {
  /** Receives the payload of every notification. */
  onNotify: (payload: string) => void;
  /** Called after every (re)connection: notifications may have been lost, so look for yourself. */
  onConnect?: () => void;
  /** Called when the connection is lost; nothing arrives until the next `onConnect`. */
  onLost?: () => void;
}

export interface Notifications {
  /** Starts to deliver a channel's notifications; the returned function ends it. */
  subscribe(channel: Channel, subscriber: Subscriber): () => void;
  stop(): Promise<void>;
}

const CHANNELS: readonly Channel[] = ['runs', 'rates', 'dead_letters', 'stream'];
const PING_MS = 15_000;
const MEANWHILE = 'services poll instead of being woken';

/**
 * Opens the process's one LISTEN connection and reconnects whenever it is lost. Notifications only
 * wake: a subscriber that needs certainty polls as well. Returns at once.
 */
export function openNotifications({ url, log }: { url: string; log: Logger }): Notifications {
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) =>
    stopping.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const subscribers = new Map<Channel, Set<Subscriber>>(
    CHANNELS.map((channel) => [channel, new Set()]),
  );
  let isConnected = false;
  const everyone = () => [...subscribers.values()].flatMap((set) => [...set]);

  async function run(): Promise<void> {
    const retry = backOff({ first: 200, longest: 5000 });
    let hasFailed = false;
    const outage = openOutageLog({ name: 'notifications', meanwhile: MEANWHILE, log });
    while (!stopping.signal.aborted) {
      const onListening = () => {
        retry.reset();
        outage.recovered();
        hasFailed = true;
        isConnected = true;
        for (const { onConnect } of everyone()) onConnect?.();
      };
      const failure = await listenUntilLost({ url, subscribers, onListening, stopped });
      if (isConnected) for (const { onLost } of everyone()) onLost?.();
      isConnected = false;
      if (stopping.signal.aborted) return;
      const ms = retry.nextMs();
      // On a busy machine the first attempt of a process may take too long.
      if (hasFailed) outage.failed(failure, ms);
      else log.debug({ err: failure }, 'notifications: connection failed, retrying');
      hasFailed = true;
      await waitMs(ms, stopping.signal);
    }
  }

  const running = run();
  return {
    subscribe: (channel, subscriber) => {
      subscribers.get(channel)?.add(subscriber);
      if (isConnected) subscriber.onConnect?.();
      return () => void subscribers.get(channel)?.delete(subscriber);
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

type Subscribers = ReadonlyMap<Channel, ReadonlySet<Subscriber>>;

/** Holds one connection until it is lost or `stopped` resolves. Returns why it ended. */
async function listenUntilLost({
  url,
  subscribers,
  onListening,
  stopped,
}: {
  url: string;
  subscribers: Subscribers;
  onListening: () => void;
  stopped: Promise<void>;
}): Promise<unknown> {
  let failure: unknown = new Error('Connection terminated by the server');
  const session = sessionClient(url, 'notifications');
  session.on('error', (err) => {
    failure = err;
  });
  const lost = new Promise<void>((resolve) => session.on('end', resolve));
  // A connection that a router has forgotten looks alive until something is sent.
  const ping = setInterval(
    () => session.query('select 1').catch(() => destroyConnection(session)),
    PING_MS,
  );
  try {
    await session.connect();
    await listenTo(session, subscribers);
    onListening();
    await Promise.race([lost, stopped]);
  } catch (err) {
    failure = err;
  }
  clearInterval(ping);
  await session.end().catch(() => undefined);
  return failure;
}

/** Channels carry the schema, so that two deployments in one database do not wake each other. */
async function listenTo(session: pg.Client, subscribers: Subscribers): Promise<void> {
  const { rows } = await session.query<{ schema: string }>('select current_schema() as schema');
  const prefix = `${rows[0]?.schema}.`;
  session.on('notification', ({ channel, payload = '' }) => {
    const name = channel.slice(prefix.length) as Channel;
    for (const { onNotify } of subscribers.get(name) ?? []) onNotify(payload);
  });
  for (const channel of CHANNELS)
    await session.query(`listen ${session.escapeIdentifier(prefix + channel)}`);
}
