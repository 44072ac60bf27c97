import { openTableMetrics } from '../ledger/table-metrics.ts';
import { type Config, maskedSettings } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import type { ServiceHealth } from '../platform/health.ts';
import { startHealthServer } from '../platform/health-server.ts';
import { startHeartbeat } from '../platform/heartbeat.ts';
import type { OnClose } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/logger.ts';
import type { Notifications } from '../platform/notifications.ts';
import { ledgerSettings } from './lanes.ts';

/** What every command composes its parts with. */
export interface AppContext {
  readonly config: Config;
  readonly log: Logger;
  readonly onClose: OnClose;
  /** URL of the Postgres of the settings, embedded or not. */
  readonly url: string;
  /** Aborts when the process shuts down, so that no retry outlives it. */
  readonly signal: AbortSignal;
}

/** What a service has on top. */
export interface ServiceContext extends AppContext {
  /** The process's one LISTEN connection. */
  readonly notifications: Notifications;
  /** Ends the process with exit code 1 and the reason, so that its supervisor starts another. */
  readonly giveUp: (reason: Error) => void;
}

export type Health = () => Promise<ServiceHealth>;

/** Renews the service's row in `services`, with the settings in force, until the process ends. */
export function keepHeartbeat(
  { config, log, onClose, giveUp: onGiveUp }: ServiceContext,
  { db, service, health }: { db: Database; service: string; health: Health },
): void {
  const settings = maskedSettings(config);
  const heartbeat = startHeartbeat({ db, service, health, settings, onGiveUp, log });
  onClose(`${service} heartbeat`, () => heartbeat.stop());
}

/**
 * Opens a service's own health port where METRICS_PORT is set; with the API in the same process
 * there is no need for one. It is open before the service works: one that waits for Postgres is
 * alive, and says what it waits for. Returns the function that hands it the service's health.
 */
export async function openHealthPort(
  { config, log, onClose }: AppContext,
  db: Database,
): Promise<(health: Health) => void> {
  let health: Health = async () => ({ trouble: 'waiting for Postgres', code: 'starting' });
  if (config.METRICS_PORT !== undefined) {
    const server = await startHealthServer({
      host: config.HOST,
      port: config.METRICS_PORT,
      log,
      health: () => health(),
      refreshMetrics: openTableMetrics(db, ledgerSettings(config)),
    });
    onClose('health port', () => server.stop());
  }
  return (serviceHealth) => {
    health = serviceHealth;
  };
}
