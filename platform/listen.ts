import { backOff } from './back-off.ts';
import { breakOff, sessionClient } from './database.ts';
import type { Logger } from './logger.ts';

const PING_MS = 15_000;

export interface Listening {
  url: string;
  /** Channel → what to do with a notification's payload. */
  on: Readonly<Record<string, (payload: string) => void>>;
  /** Called after every (re)connection: what was notified meanwhile is lost, so look for yourself. */
  onConnect: () => void;
  /** Called when the connection is lost: until the next `onConnect` nothing is heard. */
  onLost?: () => void;
  log: Logger;
}

/**
 * Listens to Postgres notifications on a connection of its own and connects again whenever it is lost. Notifications only wake;
 * whoever needs certainty polls as well. Returns at once.
 */
export function listen({ url, on, onConnect, onLost, log }: Listening): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) =>
    stopping.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const running = run();

  async function run(): Promise<void> {
    const retry = backOff({ first: 200, longest: 5000 });
    while (!stopping.signal.aborted) {
      const session = sessionClient(url, 'listen');
      const lost = new Promise<void>((resolve) => session.on('end', resolve));
      session.on('error', (error) =>
        log.warn({ error: error.message }, 'notifications: connection lost'),
      );
      session.on('notification', ({ channel, payload }) => on[channel]?.(payload ?? ''));
      // A connection that a router has forgotten looks alive until something is sent.
      const ping = setInterval(
        () => session.query('select 1').catch(() => breakOff(session)),
        PING_MS,
      );
      try {
        await session.connect();
        for (const channel of Object.keys(on)) await session.query(`listen ${channel}`);
        retry.reset();
        onConnect();
        await Promise.race([lost, stopped]);
      } catch (error) {
        log.warn({ error: (error as Error).message }, 'notifications: cannot listen, trying again');
      }
      clearInterval(ping);
      onLost?.();
      await session.end().catch(() => undefined);
      if (!stopping.signal.aborted) await retry.wait(stopping.signal);
    }
  }
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
