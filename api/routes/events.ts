import type { EventFeed } from '../event-feed.ts';
import type { Handler } from '../operations.ts';

/** Server-sent events. */
export function eventsHandlers(feed: EventFeed): Record<string, Handler> {
  return {
    events: async ({ 'Last-Event-ID': last }, _req, res) => {
      const [transaction, seq] = String(last ?? '').split('-');
      await feed.follow(res, transaction && seq ? [transaction, seq] : null);
      return undefined;
    },
  };
}
