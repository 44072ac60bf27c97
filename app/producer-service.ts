import { randomBytes } from 'node:crypto';
import { RATE_OBSERVED_SCHEMA } from '../events/rate-observed.ts';
import { CURRENT_BUILT_IN_ID } from '../events/wire-format.ts';
import { fileBackfill, historyDue, planBackfill } from '../ledger/backfill.ts';
import { SIMULATOR } from '../ledger/credentials.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import { slotsPerDay } from '../ledger/schedule.ts';
import { registerSources, storeTolerance } from '../ledger/sources.ts';
import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { CannotStart } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { PROVIDER_SETTINGS, type ProviderName } from '../platform/providers.ts';
import type { Lane } from '../producer/fetch-and-publish.ts';
import { type Producer, startProducer } from '../producer/index.ts';
import { type Simulator, startSimulator } from '../simulator/index.ts';
import type { EventStream } from '../stream/port.ts';
import { openPublisher, type Publisher } from '../stream/publisher.ts';
import { type Health, keepHeartbeat, type ServiceContext } from './context.ts';
import { eventTopic, openRegistry } from './event-stream.ts';
import { firstLane, lanesOf, type ProviderLane } from './lanes.ts';
import { writeSimulatorAccess } from './simulator-access.ts';

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
  const { config, log, onClose } = context;
  const reach = await reachProviders(context);
  const publisher = openEventPublisher(config, parts.stream);
  await publisher.prepare().catch((err) => {
    if (err instanceof CannotStart) throw err;
    log.warn({ err }, 'stream or schema registry is unavailable, events wait in the ledger');
  });
  const producer = startConfiguredProducer(context, { ...parts, reach, publisher });
  onClose('producer', producer.stop);
  // The doctor finds a running simulator by its address in the heartbeat.
  const simulator = config.source === SIMULATOR.source ? { simulator: reach[0]?.baseUrl } : {};
  const health: Health = async () => ({ ...(await producer.health()), ...simulator });
  // A backfill's own producer does no other work, so it sends no heartbeat.
  if (parts.backfillOnly) return health;
  warnOfSmallBudget(config, log);
  keepHeartbeat(context, { db: parts.db, service: 'producer', health });
  return health;
}

interface ConfiguredProducerParts extends ProducerParts {
  /** One for each provider. */
  reach: readonly Reach[];
  publisher?: Publisher<number>;
  ledger?: Ledger;
}

/** Starts the producer of the settings alone, on providers that are given. */
export function startConfiguredProducer(
  {
    config,
    log,
    notifications,
    giveUp,
  }: Pick<ServiceContext, 'config' | 'log' | 'notifications' | 'giveUp'>,
  { db, stream, reach, history = false, backfillOnly = false, ...parts }: ConfiguredProducerParts,
): Producer {
  const publisher = parts.publisher ?? openEventPublisher(config, stream);
  const { source, CURRENCIES: currencies } = config;
  const lanes = lanesOf(config).map((lane, n): Lane => {
    const { entry, settings } = lane;
    const how = reach[n];
    if (!how) throw new Error(`no way to reach ${entry.name}`);
    return {
      ledger: (n === 0 && parts.ledger) || openLaneLedger(config, db, lane),
      provider: entry.open({ ...how, simulatedAs: settings.simulatedAs, log }),
    };
  });
  let isRegistered = false;
  return startProducer({
    lanes: lanes as [Lane, ...Lane[]],
    fallbackAfterMinutes: config.FALLBACK_AFTER_MINUTES,
    crossCheck: config.CROSS_CHECK === 'daily',
    db,
    publisher,
    positions: stream.positions,
    topic: config.TOPIC,
    group: config.CONSUMER_GROUP,
    catchUpHours: config.CATCH_UP_HOURS,
    backfillOnly,
    beforePass: async () => {
      if (!isRegistered) await registerConfigured(config, db, log);
      isRegistered = true;
      if (history && source === SIMULATOR.source) await fileHistory(db, currencies);
    },
    schedule: { cron: config.SCHEDULE, zone: config.SCHEDULE_TZ },
    notifications,
    onGiveUp: giveUp,
    log,
  });
}

/** Opens the ledger of the first provider of the settings. */
export function openConfiguredLedger(config: Config, db: Database): Ledger {
  return openLaneLedger(config, db, firstLane(config));
}

function openLaneLedger(config: Config, db: Database, { account, settings }: ProviderLane) {
  const { CURRENCIES: currencies } = config;
  const { dailyBudget, name } = settings;
  const budgetSetting = PROVIDER_SETTINGS[name].dailyBudget;
  return openLedger({ db, ...account, currencies, dailyBudget, budgetSetting });
}

/** Makes the sources of the settings known, in the order of PROVIDERS. */
async function registerConfigured(config: Config, db: Database, log: Logger): Promise<void> {
  await storeTolerance(db, config.CROSS_CHECK_TOLERANCE);
  const sources = lanesOf(config).map(({ account, entry, title }) => ({
    ...{ name: account.source, title, bills: entry.bills },
    simulated: config.source === SIMULATOR.source,
  }));
  const changed = await registerSources(db, sources);
  if (changed.length > 0)
    log.warn(
      { ranks: changed },
      'PROVIDERS changed the ranks of sources; replay --rebuild applies them to past days',
    );
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
  const { source } = SIMULATOR;
  const days = await historyDue(db, { source, days: HISTORY_DAYS });
  if (!days) return;
  const { pages } = await planBackfill(db, { source, currencies, missing: true, ...days });
  if (pages.length > 0) await fileBackfill(db, { source, pages, firstStart: true });
}

/** A schedule that costs more than the daily budget loses its later slots every day. */
function warnOfSmallBudget(config: Config, log: Logger): void {
  const { SCHEDULE: cron, SCHEDULE_TZ: zone, CURRENCIES } = config;
  const { entry, settings } = firstLane(config);
  const budget = settings.dailyBudget;
  const price = entry.bills === 'calls' ? 1 : CURRENCIES.length;
  const needed = slotsPerDay({ cron, zone }, new Date().toISOString()) * price;
  if (needed <= budget) return;
  log.warn(
    { needed, budget },
    `SCHEDULE needs ${needed} ${entry.bills} a day and the daily budget of ${entry.title} is ` +
      `${budget}: later slots will fail; raise ${PROVIDER_SETTINGS[settings.name].dailyBudget} ` +
      'or schedule fewer slots',
  );
}

/** How to reach a provider, or a simulator of it. */
export interface Reach {
  readonly baseUrl: string;
  readonly credentials: readonly string[];
  readonly deadlineMs?: number;
}

/**
 * The providers as the settings name them; without credentials a simulator on loopback, with
 * credentials of its own.
 */
async function reachProviders({
  config,
  log,
  onClose,
}: Pick<ServiceContext, 'config' | 'log' | 'onClose'>): Promise<readonly Reach[]> {
  const lanes = lanesOf(config);
  if (config.source !== SIMULATOR.source)
    return lanes.map(({ settings: { baseUrl, credentials } }) => ({
      ...{ baseUrl, credentials: credentials ?? [] },
    }));
  const credentials = { accountId: 'simulator', apiKey: randomBytes(16).toString('hex') };
  const simulator = await startSimulator({
    port: config.SIMULATOR_PORT,
    mode: config.SIMULATOR_MODE,
    fault: config.SIMULATOR_FAULT,
    ...credentials,
  });
  onClose('simulator', () => simulator.stop());
  const access = { url: simulator.url, ...credentials };
  onClose('simulator access', writeSimulatorAccess(config.DATA_DIR, access, log));
  return lanes.map(({ settings }) => simulatorReach(settings.name, simulator, credentials));
}

/** Each provider has its own face of the simulator. */
export function simulatorReach(
  name: ProviderName,
  simulator: Pick<Simulator, 'face'>,
  { accountId, apiKey }: { accountId: string; apiKey: string },
): Reach {
  const needed = PROVIDER_SETTINGS[name].credentials.length;
  const credentials = [accountId, apiKey].slice(2 - needed);
  return { baseUrl: simulator.face(name).url, credentials };
}
