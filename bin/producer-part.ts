import { randomBytes } from 'node:crypto';
import { RATE_OBSERVED_SCHEMA } from '../events/rate-observed.ts';
import { CURRENT_BUILT_IN_ID } from '../events/wire-format.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { Database } from '../platform/database.ts';
import { CannotStart } from '../platform/errors.ts';
import { startProducer } from '../producer/index.ts';
import { xeClient } from '../producer/xe-client.ts';
import { startSimulator } from '../simulator/index.ts';
import type { EventStream } from '../stream/port.ts';
import { type Health, heartbeatPart, type Parts, topicOf } from './parts.ts';
import { registryOf } from './schema-registry-part.ts';

/** The producer, the simulator where no key is set, and its row in `services`. */
export async function producerPart(parts: Parts, { db, stream }: { db: Database; stream: EventStream }): Promise<Health> {
  const { config, log, onClose, url } = parts;
  const { source, CURRENCIES: currencies } = config;
  const registry = registryOf(config);
  // Asked before every publish: a topic or a registry that was made anew under us is set up again without a restart.
  const schemaId = async () => {
    await stream.createTopic(topicOf(config));
    return registry ? registry.register(`${config.TOPIC}-value`, RATE_OBSERVED_SCHEMA) : CURRENT_BUILT_IN_ID;
  };
  await schemaId().catch((error: Error) => {
    if (error instanceof CannotStart) throw error;
    log.warn({ error: error.message }, 'the stream or the registry is not there yet; events wait until it is');
  });
  const producer = startProducer({
    ledger: openLedger({ db, source, currencies, dailyBudget: config.XE_DAILY_BUDGET }),
    xe: xeClient({ settings: await xeSettings(parts), log }),
    db,
    stream,
    topic: config.TOPIC,
    group: config.CONSUMER_GROUP,
    schemaId,
    catchUpHours: config.CATCH_UP_HOURS,
    schedule: { cron: config.SCHEDULE, zone: config.SCHEDULE_TZ },
    databaseUrl: url,
    log,
  });
  onClose('producer', () => producer.stop());
  heartbeatPart(parts, { db, service: 'producer', health: producer.health });
  return producer.health;
}

/** XE as the settings name it; without a key, a simulator of our own on loopback with credentials nobody else knows. */
async function xeSettings({ config, onClose }: Parts) {
  const { XE_ACCOUNT_ID: accountId, XE_API_KEY: apiKey } = config;
  if (accountId && apiKey) return { baseUrl: config.XE_BASE_URL, accountId, apiKey };
  const credentials = { accountId: 'simulator', apiKey: randomBytes(16).toString('hex') };
  const simulator = await startSimulator({ port: config.SIMULATOR_PORT, mode: config.SIMULATOR_MODE, ...credentials });
  onClose('simulator', () => simulator.stop());
  return { baseUrl: simulator.url, ...credentials };
}
