import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from './database.ts';
import type { Logger } from './logger.ts';

/** What a service says of itself: `trouble` is a sentence for an operator, or null when all is well. */
export interface ServiceHealth {
  readonly trouble: string | null;
  readonly [detail: string]: unknown;
}

const EVERY_MS = 5000;
/** While something is wrong, or still starting, nobody should have to wait longer to read that it no longer is. */
const IN_TROUBLE_MS = 1000;

/** A service that has not been heard of for so long is taken for gone. */
export const SILENT_SECONDS = 20;

/** A service as it last spoke of itself. */
export interface Heartbeat {
  readonly service: string;
  readonly instance: string;
  readonly seen_seconds_ago: number;
  readonly health: ServiceHealth;
}

/** What every service has said last, by service, the most recent first. */
export async function heartbeats(db: Database): Promise<Heartbeat[]> {
  const { rows } = await db.raw(
    `select service, instance, extract(epoch from now() - seen_at)::int as seen_seconds_ago, health from services order by service, seen_at desc`,
  );
  return rows;
}

/**
 * Writes the service's row in `services` every five seconds, every second while it is in trouble, and takes it back at the end. The API reads the pipeline's health from
 * these rows; a row that is not renewed tells that its service is gone.
 */
export function startHeartbeat({
  db,
  service,
  health,
  log,
}: {
  db: Database;
  service: string;
  health: () => Promise<ServiceHealth>;
  log: Logger;
}) {
  const instance = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const beat = async () => {
    let nextMs = EVERY_MS;
    try {
      const state = await health();
      if (state.trouble !== null) nextMs = IN_TROUBLE_MS;
      await db.raw(
        `insert into services (service, instance, started_at, seen_at, health) values (?, ?, now(), now(), ?)
         on conflict (service, instance) do update set seen_at = excluded.seen_at, health = excluded.health`,
        [service, instance, JSON.stringify(state)],
      );
      await db.raw(`delete from services where seen_at < now() - interval '1 day'`);
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'heartbeat: not written');
    }
    if (stopped) return;
    timer = setTimeout(() => {
      beating = beat();
    }, nextMs);
  };
  let beating = beat();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await beating;
      await db('services')
        .where({ service, instance })
        .del()
        .catch(() => undefined);
    },
  };
}
