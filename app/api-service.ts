import type { Listening } from '../api/http/server.ts';
import { startApi } from '../api/index.ts';
import { accountOf } from '../ledger/credentials.ts';
import type { Database } from '../platform/database.ts';
import type { ServiceContext } from './context.ts';

/** Starts the API on the schedule that the producer keeps. */
export async function startApiService(context: ServiceContext, db: Database): Promise<Listening> {
  const { config, log, onClose } = context;
  const api = await startConfiguredApi(context, db);
  onClose('api', () => api.stop());
  if (config.source === 'simulator')
    log.warn('SIMULATED: no XE_API_KEY is set, so rates are made up by the built-in simulator');
  log.info({ url: api.url }, `listening on ${api.url}`);
  return api;
}

/** Starts the API of the settings, without the heading in the log. */
export function startConfiguredApi(
  {
    config,
    log,
    url,
    notifications,
  }: Pick<ServiceContext, 'config' | 'log' | 'url' | 'notifications'>,
  db: Database,
): Promise<Listening> {
  const { SCHEDULE: cron, SCHEDULE_TZ: zone } = config;
  return startApi({
    db,
    databaseUrl: url,
    notifications,
    ...accountOf(config),
    currencies: config.CURRENCIES,
    schedule: { cron, zone },
    dailyBudget: config.XE_DAILY_BUDGET,
    cooldownSeconds: config.UPDATE_COOLDOWN_SECONDS,
    apiToken: config.API_TOKEN,
    rateLimitPerMinute: config.RATE_LIMIT_PER_MINUTE,
    trustProxy: config.TRUST_PROXY,
    basePath: config.BASE_PATH,
    // A proxy keeps connections for 60 s: one that we closed first would cost a 502.
    keepAliveSeconds: config.KEEP_ALIVE_SECONDS ?? (config.TRUST_PROXY > 0 ? 75 : 5),
    publicMetrics: config.METRICS === 'public',
    consoleUrl: config.CONSOLE_URL,
    host: config.HOST,
    port: config.PORT,
    log,
  });
}
