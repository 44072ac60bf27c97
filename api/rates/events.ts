import type { Handler } from '../http/operations.ts';
import { EVENT_STREAM, type EventFeed } from './event-stream.ts';

/** Server-sent events. */
export function eventsHandlers(feed: EventFeed): Record<string, Handler> {
  return {
    events: async ({ 'Last-Event-ID': last }, { method }, res) => {
      // There is no end to wait for.
      if (method === 'HEAD') {
        res.writeHead(200, EVENT_STREAM).end();
        return undefined;
      }
      const [transaction, seq] = String(last ?? '').split('-');
      await feed.follow(res, transaction && seq ? [transaction, seq] : null);
      return undefined;
    },
  };
}
