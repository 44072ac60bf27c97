import { randomBytes } from 'node:crypto';
import { RATE_OBSERVED_SCHEMA } from '../events/rate-observed.ts';
import { CURRENT_BUILT_IN_ID } from '../events/wire-format.ts';
import { daysBack, daysToFill, fileBackfill, wantsHistory } from '../ledger/backfill.ts';
import { accountOf } from '../ledger/credentials.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { Database } from '../platform/database.ts';
import { CannotStart } from '../platform/errors.ts';
import { startProducer } from '../producer/index.ts';
import { xeClient } from '../producer/xe-client.ts';
import { startSimulator } from '../simulator/index.ts';
import type { EventStream } from '../stream/port.ts';
import { type Health, heartbeatPart, type Parts, type ServiceParts, topicOf } from './parts.ts';
import { registryOf } from './schema-registry.ts';

const HISTORY_DAYS = 400;

export interface ProducerOptions {
  db: Database;
  stream: EventStream;
  /** Make a history up once, so that a newcomer's charts have something to show; never with real credentials. */
  history?: boolean;
  backfillOnly?: boolean;
}

/** The producer, the simulator where no key is set, and its row in `services`. */
export async function producerPart(
  parts: Omit<ServiceParts, 'giveUp'>,
  { db, stream, history = false, backfillOnly = false }: ProducerOptions,
): Promise<Health> {
  const { config, log, onClose, notifications } = parts;
  const { source, CURRENCIES: currencies } = config;
  const account = accountOf(config);
  const registry = registryOf(config);
  // Asked before every publish: a topic or a registry that was made anew under us is set up again without a restart.
  const schemaId = async () => {
    await stream.createTopic(topicOf(config));
    return registry
      ? registry.register(`${config.TOPIC}-value`, RATE_OBSERVED_SCHEMA)
      : CURRENT_BUILT_IN_ID;
  };
  await schemaId().catch((error: Error) => {
    if (error instanceof CannotStart) throw error;
    log.warn(
      { error: error.message },
      'the stream or the registry is not there yet; events wait until it is',
    );
  });
  const producer = startProducer({
    ledger: openLedger({ db, ...account, currencies, dailyBudget: config.XE_DAILY_BUDGET }),
    xe: xeClient({ settings: await xeSettings(parts), log }),
    db,
    account,
    stream,
    topic: config.TOPIC,
    group: config.CONSUMER_GROUP,
    schemaId,
    catchUpHours: config.CATCH_UP_HOURS,
    backfillOnly,
    ...(history && source === 'simulator' && { onLook: () => makeUpHistory(db, currencies) }),
    schedule: { cron: config.SCHEDULE, zone: config.SCHEDULE_TZ },
    notifications,
    log,
  });
  onClose('producer', () => producer.stop());
  // A command that fills days is no producer that anybody may count on.
  if (!backfillOnly) heartbeatPart(parts, { db, service: 'producer', health: producer.health });
  return producer.health;
}

/** Files a simulated history once the first slot has brought its rates; the producer's loop brings it, after all else that is due. */
async function makeUpHistory(db: Database, currencies: readonly string[]): Promise<void> {
  const source = 'simulator';
  if (!(await wantsHistory(db, source))) return;
  const pages = await daysToFill(db, {
    source,
    currencies,
    missing: true,
    ...(await daysBack(db, HISTORY_DAYS)),
  });
  if (pages.length > 0) await fileBackfill(db, { source, currencies, pages, firstStart: true });
}

/** XE as the settings name it; without a key, a simulator of our own on loopback with credentials nobody else knows. */
async function xeSettings({ config, onClose }: Parts) {
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
  return { baseUrl: simulator.url, ...credentials };
}
