import type { Response } from 'express';
import type { Logger } from '../../platform/logger.ts';
import { unavailable } from '../http/problems.ts';
import { inTime } from '../http/request-timeout.ts';
import type { NewObservations, Place } from './new-observations.ts';

export interface EventFeed {
  /** Sends every observation that is stored after `since`, or after now, until the client goes or does not keep up. Throws 503 when full. */
  follow(res: Response, since: Place | null): Promise<void>;
  /** Something may have been stored. */
  wake(): void;
  stop(): void;
}

export const EVENT_STREAM = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
};

const AT_ONCE = 500;
const HEARTBEAT_MS = 15_000;
/** A notification that got lost, or a transaction that was still at work, costs a follower at most this. */
const LOOK_MS = 1000;
/** Bytes that a client may leave unread. */
const UNREAD = 1024 * 1024;
/** Connections are for questions too. */
const FOLLOWERS = 200;

/** Server-sent events of newly stored rates. Followers who stand at the same place share one look into the table. */
export function eventFeed({
  observations,
  log,
}: {
  observations: NewObservations;
  log: Logger;
}): EventFeed {
  const followers = new Set<Follower>();
  const looks = new Map<string, ReturnType<NewObservations['after']>>();

  function look(place: Place) {
    const key = place.join('-');
    const looking =
      looks.get(key) ?? observations.after(place, AT_ONCE).finally(() => looks.delete(key));
    looks.set(key, looking);
    return looking;
  }

  async function advance(follower: Follower): Promise<void> {
    if (follower.busy) {
      follower.again = true;
      return;
    }
    follower.busy = true;
    try {
      do {
        follower.again = false;
        const rows = await look(follower.place);
        for (const { place, ...row } of rows) {
          follower.place = place;
          if (
            !write(
              follower,
              `id: ${place.join('-')}\nevent: rate\ndata: ${JSON.stringify(row)}\n\n`,
            )
          )
            return;
        }
        follower.again ||= rows.length === AT_ONCE;
      } while (follower.again);
    } catch (error) {
      // The next look finds what this one could not: the place has not moved.
      log.debug({ error: (error as Error).message }, 'events: not readable now');
    } finally {
      follower.busy = false;
    }
  }

  function write({ res }: Follower, text: string): boolean {
    if (res.destroyed || res.writableEnded) return false;
    res.write(text);
    if (res.writableLength <= UNREAD) return true;
    log.info('events: a client that does not read was dropped');
    res.destroy();
    return false;
  }

  const wake = () => {
    for (const follower of followers) void advance(follower);
  };
  const looking = setInterval(wake, LOOK_MS).unref();
  const beating = setInterval(() => {
    for (const follower of followers) write(follower, ':\n\n');
  }, HEARTBEAT_MS).unref();

  return {
    wake,
    follow: async (res, since) => {
      if (followers.size >= FOLLOWERS)
        throw unavailable(`${FOLLOWERS} clients follow the events already; try again later`);
      const place = since ?? (await inTime(observations.end()));
      // Gone meanwhile: its end has been told already, and nobody would take it off the list again.
      if (res.destroyed) return;
      res.writeHead(200, EVENT_STREAM);
      const follower: Follower = { res, place, busy: false, again: false };
      // A browser that has lost the connection comes back after this many milliseconds.
      write(follower, 'retry: 2000\n\n');
      followers.add(follower);
      res.once('close', () => followers.delete(follower));
      await advance(follower);
    },
    stop: () => {
      clearInterval(looking);
      clearInterval(beating);
      for (const { res } of followers) res.end();
    },
  };
}

interface Follower {
  res: Response;
  place: Place;
  busy: boolean;
  again: boolean;
}
