import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from './database.ts';
import type { ServiceHealth } from './health.ts';
import type { Logger } from './logger.ts';
import { execute, query } from './sql.ts';
import { startWakeLoop } from './wake-loop.ts';

const EVERY_MS = 5000;
/** More often while unhealthy or starting, so that a recovery shows at once. */
const UNHEALTHY_EVERY_MS = 1000;

/** A service without a heartbeat for this long counts as not running. */
export const SILENT_SECONDS = 20;

/** The last heartbeat of one instance of a service. */
export interface Heartbeat {
  readonly service: string;
  readonly instance: string;
  readonly seen_seconds_ago: number;
  readonly health: ServiceHealth;
  /** Settings in force in that process, secrets masked. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The last heartbeat of every instance, by service, the most recent first. */
export function heartbeats(db: Database): Promise<Heartbeat[]> {
  return query<Heartbeat>(
    db,
    `select service, instance, extract(epoch from now() - seen_at)::int as seen_seconds_ago,
            health, settings
     from services order by service, seen_at desc`,
  );
}

export interface HeartbeatOptions {
  db: Database;
  service: string;
  health: () => Promise<ServiceHealth>;
  /** Settings in force, secrets masked. */
  settings?: Readonly<Record<string, string>>;
  /** Called when heartbeats fail for ever: the reason is no outage. */
  onGiveUp: (reason: Error) => void;
  log: Logger;
}

/**
 * Renews the service's row in `services` every five seconds, every second while it is unhealthy,
 * and deletes it when stopped. The API reads the pipeline's health from these rows: a row that is
 * not renewed means that its process is dead, and goes when another instance of the service takes
 * over.
 */
export function startHeartbeat(options: HeartbeatOptions) {
  const { db, service, health, settings = {}, onGiveUp, log } = options;
  const instance = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
  const loop = startWakeLoop({
    name: `${service} heartbeat`,
    meanwhile: `${service} counts as not running after ${SILENT_SECONDS} s`,
    work: async () => {
      const state = await health();
      await execute(db, BEAT, {
        ...{ service, instance, silent: SILENT_SECONDS },
        health: JSON.stringify(state),
        settings: JSON.stringify(settings),
      });
      return state.trouble === null ? EVERY_MS : UNHEALTHY_EVERY_MS;
    },
    pollMs: EVERY_MS,
    onGiveUp,
    log,
  });
  return {
    stop: async () => {
      await loop.stop();
      await execute(db, 'delete from services where service = :service and instance = :instance', {
        service,
        instance,
      }).catch((err) => log.debug({ err }, `${service} heartbeat not deleted`));
    },
  };
}

const BEAT = `
with stale as (
  delete from services
  where service = :service and instance <> :instance
    and seen_at < now() - make_interval(secs => :silent)
)
insert into services (service, instance, started_at, seen_at, health, settings)
values (:service, :instance, now(), now(), :health::jsonb, :settings::jsonb)
on conflict (service, instance) do update
  set seen_at = excluded.seen_at, health = excluded.health, settings = excluded.settings`;
