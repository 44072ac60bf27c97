import { randomBytes } from 'node:crypto';
import { RATE_OBSERVED_SCHEMA } from '../events/rate-observed.ts';
import { CURRENT_BUILT_IN_ID } from '../events/wire-format.ts';
import { fileBackfill, historyDue, planBackfill } from '../ledger/backfill.ts';
import { accountOf } from '../ledger/credentials.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import { slotsPerDay } from '../ledger/schedule.ts';
import { type Config, maskedSettings } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { CannotStart } from '../platform/errors.ts';
import { startHeartbeat } from '../platform/heartbeat.ts';
import type { Logger } from '../platform/logger.ts';
import { type Producer, startProducer } from '../producer/index.ts';
import { openXe, type XeSettings } from '../producer/providers/xe/client.ts';
import { startSimulator } from '../simulator/index.ts';
import type { EventStream } from '../stream/port.ts';
import { openPublisher, type Publisher } from '../stream/publisher.ts';
import type { Health, ServiceContext } from './context.ts';
import { eventTopic, openRegistry } from './event-stream.ts';
import { announceSimulator } from './simulator-access.ts';

/** Days of simulated history at a first start. */
const HISTORY_DAYS = 400;

interface ProducerParts {
  db: Database;
  stream: Pick<EventStream, 'createTopic' | 'publish' | 'positions'>;
  /** File a simulated history at a first start, so that charts have something to show. */
  history?: boolean;
  backfillOnly?: boolean;
}

/** Starts the producer, the simulator where no key is set, and the heartbeat. */
export async function startProducerService(
  context: ServiceContext,
  parts: ProducerParts,
): Promise<Health> {
  const { config, log, onClose, giveUp: onGiveUp } = context;
  const xe = await reachXe(context);
  const publisher = openEventPublisher(config, parts.stream);
  await publisher.prepare().catch((err) => {
    if (err instanceof CannotStart) throw err;
    log.warn({ err }, 'stream or schema registry is unavailable, events wait in the ledger');
  });
  const producer = startConfiguredProducer(context, { ...parts, xe, publisher });
  onClose('producer', producer.stop);
  // The doctor finds a running simulator by its address in the heartbeat.
  const simulator = config.source === 'simulator' ? { simulator: xe.baseUrl } : {};
  const health: Health = async () => ({ ...(await producer.health()), ...simulator });
  // A backfill's own producer does no other work, so it sends no heartbeat.
  if (parts.backfillOnly) return health;
  warnOfSmallBudget(config, log);
  const settings = maskedSettings(config);
  const heartbeat = startHeartbeat({
    ...{ db: parts.db, service: 'producer', health, settings, onGiveUp, log },
  });
  onClose('producer heartbeat', () => heartbeat.stop());
  return health;
}

interface ConfiguredProducerParts extends ProducerParts {
  xe: Xe;
  publisher?: Publisher<number>;
  ledger?: Ledger;
}

/** Starts the producer of the settings alone, with a given XE. */
export function startConfiguredProducer(
  {
    config,
    log,
    notifications,
    giveUp,
  }: Pick<ServiceContext, 'config' | 'log' | 'notifications' | 'giveUp'>,
  { db, stream, xe, history = false, backfillOnly = false, ...parts }: ConfiguredProducerParts,
): Producer {
  const publisher = parts.publisher ?? openEventPublisher(config, stream);
  const { source, CURRENCIES: currencies } = config;
  const { deadlineMs, ...settings } = xe;
  return startProducer({
    ledger: parts.ledger ?? openConfiguredLedger(config, db),
    provider: openXe({ settings, log, deadlineMs }),
    db,
    publisher,
    positions: stream.positions,
    topic: config.TOPIC,
    group: config.CONSUMER_GROUP,
    catchUpHours: config.CATCH_UP_HOURS,
    backfillOnly,
    ...(history && source === 'simulator' && { beforePass: () => fileHistory(db, currencies) }),
    schedule: { cron: config.SCHEDULE, zone: config.SCHEDULE_TZ },
    notifications,
    onGiveUp: giveUp,
    log,
  });
}

/** Opens the ledger of the settings. */
export function openConfiguredLedger(config: Config, db: Database): Ledger {
  const { CURRENCIES: currencies, XE_DAILY_BUDGET: dailyBudget } = config;
  return openLedger({ db, ...accountOf(config), currencies, dailyBudget });
}

/** Opens the publisher of events, whose `prepare` resolves with the id of the event's schema. */
function openEventPublisher(
  config: Config,
  stream: Pick<EventStream, 'createTopic' | 'publish'>,
): Publisher<number> {
  const registry = openRegistry(config);
  const subject = `${config.TOPIC}-value`;
  return openPublisher({
    stream,
    topic: eventTopic(config),
    prepare: async () => registry?.register(subject, RATE_OBSERVED_SCHEMA) ?? CURRENT_BUILT_IN_ID,
  });
}

/**
 * Files a simulated history once the first slot has its rates; it is fetched after all that is due.
 */
async function fileHistory(db: Database, currencies: readonly string[]): Promise<void> {
  const source = 'simulator';
  const days = await historyDue(db, { source, days: HISTORY_DAYS });
  if (!days) return;
  const { pages } = await planBackfill(db, { source, currencies, missing: true, ...days });
  if (pages.length > 0) await fileBackfill(db, { source, pages, firstStart: true });
}

/** A schedule that costs more than the daily budget loses its later slots every day. */
function warnOfSmallBudget(config: Config, log: Logger): void {
  const { SCHEDULE: cron, SCHEDULE_TZ: zone, XE_DAILY_BUDGET: budget, CURRENCIES } = config;
  const needed = slotsPerDay({ cron, zone }, new Date().toISOString()) * CURRENCIES.length;
  if (needed <= budget) return;
  log.warn(
    { needed, budget },
    `SCHEDULE needs ${needed} rates a day and XE_DAILY_BUDGET allows ${budget}: later slots will ` +
      'fail; raise XE_DAILY_BUDGET or schedule fewer slots',
  );
}

/** How to reach XE, or a simulator of it. */
export interface Xe extends XeSettings {
  deadlineMs?: number;
}

/**
 * XE as the settings name it; without a key a simulator on loopback, with credentials of its own.
 */
async function reachXe({
  config,
  log,
  onClose,
}: Pick<ServiceContext, 'config' | 'log' | 'onClose'>): Promise<Xe> {
  const { XE_ACCOUNT_ID: accountId, XE_API_KEY: apiKey } = config;
  if (accountId && apiKey) return { baseUrl: config.XE_BASE_URL, accountId, apiKey };
  const credentials = { accountId: 'simulator', apiKey: randomBytes(16).toString('hex') };
  const simulator = await startSimulator({
    port: config.SIMULATOR_PORT,
    mode: config.SIMULATOR_MODE,
    fault: config.SIMULATOR_FAULT,
    ...credentials,
  });
  onClose('simulator', () => simulator.stop());
  const access = { url: simulator.url, ...credentials };
  onClose('simulator access', announceSimulator(config.DATA_DIR, access, log));
  return { baseUrl: simulator.url, ...credentials };
}
