import type { Listening } from '../api/http/server.ts';
import { startApi } from '../api/index.ts';
import { accountOf } from '../ledger/credentials.ts';
import { latestSlot, nextSlot } from '../ledger/schedule.ts';
import type { Database } from '../platform/database.ts';
import type { ServiceParts } from './parts.ts';

/** The API, listening, on the schedule that the producer keeps. */
export async function apiPart(
  { config, log, onClose, url, notifications }: ServiceParts,
  db: Database,
): Promise<Listening> {
  const { source, SCHEDULE: cron, SCHEDULE_TZ: zone } = config;
  const api = await startApi({
    db,
    databaseUrl: url,
    notifications,
    ...accountOf(config),
    currencies: config.CURRENCIES,
    slots: {
      latest: (at) => latestSlot({ cron, zone }, at),
      next: (at) => nextSlot({ cron, zone }, at),
    },
    dailyBudget: config.XE_DAILY_BUDGET,
    cooldownSeconds: config.UPDATE_COOLDOWN_SECONDS,
    apiToken: config.API_TOKEN,
    rateLimitPerMinute: config.RATE_LIMIT_PER_MINUTE,
    trustProxy: config.TRUST_PROXY,
    consoleUrl: config.CONSOLE_URL,
    host: config.HOST,
    port: config.PORT,
    log,
  });
  onClose('api', () => api.stop());
  if (source === 'simulator')
    log.warn('SIMULATED: no XE_API_KEY is set, so rates are made up by the built-in simulator');
  log.info({ url: api.url }, `listening on ${api.url}`);
  return api;
}
