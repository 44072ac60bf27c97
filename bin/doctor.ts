import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defineCommand } from '../app/command-line.ts';
import { deadLetterTopic, eventTopic } from '../app/event-stream.ts';
import { type LocalTask, runLocalTask } from '../app/run.ts';
import { RATE_OBSERVED_SCHEMA } from '../events/rate-observed.ts';
import { settingSources } from '../platform/config.ts';
import { runningUrl } from '../platform/embedded-postgres/join.ts';
import { startSimulator } from '../simulator/index.ts';
import { kafkaSettings } from '../stream/open-stream.ts';
import { ill, note } from '../tools/doctor/check.ts';
import { examineKafka } from '../tools/doctor/kafka.ts';
import { diagnosisPage } from '../tools/doctor/page.ts';
import { embeddedDown, examinePostgres } from '../tools/doctor/postgres.ts';
import { examineRegistry } from '../tools/doctor/registry.ts';
import { effectiveSettings } from '../tools/doctor/settings.ts';
import { examineXe } from '../tools/doctor/xe.ts';

const line = defineCommand(
  'doctor',
  'What is in force, what can be reached, and what to do about what is not; starts, changes and spends nothing',
);

await runLocalTask(line, async (task) => {
  const { settings, unknown } = effectiveSettings(task.config, settingSources());
  const looks = await Promise.all([
    postgresLooks(task),
    streamLooks(task),
    registryLooks(task),
    xeLooks(task),
  ]);
  const misspelt = unknown.map(({ name, meant }) =>
    ill('settings', `${name} means nothing here`, `did you mean ${meant}?`),
  );
  const checks = [...misspelt, ...looks.flat()];
  const well = checks.every(({ state }) => state !== 'ill');
  const { version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const versions = {
    'fx-rates': version,
    node: process.version,
    on: `${process.platform} ${process.arch}`,
  };
  const diagnosis = { well, versions, settings, unknown, checks };
  task.print(task.json ? JSON.stringify(diagnosis) : diagnosisPage(diagnosis));
  return well ? 0 : 1;
});

async function postgresLooks({ config }: LocalTask) {
  const { DATABASE_URL: given, DATA_DIR, source } = config;
  const url = given ?? runningUrl(DATA_DIR);
  return url
    ? examinePostgres({ url, dataDir: given ? null : DATA_DIR, source })
    : embeddedDown(DATA_DIR);
}

async function streamLooks({ config, log }: LocalTask) {
  if (!config.KAFKA_BROKERS)
    return [note('stream', 'embedded, in Postgres: KAFKA_BROKERS is not set')];
  return examineKafka({
    settings: kafkaSettings(config),
    topics: [eventTopic(config), deadLetterTopic(config)],
    log,
  });
}

async function registryLooks({ config }: LocalTask) {
  const url = config.SCHEMA_REGISTRY_URL;
  if (!url)
    return [
      note(
        'schema registry',
        'none: SCHEMA_REGISTRY_URL is not set, and the schema ids are built in',
      ),
    ];
  return examineRegistry({ url, subject: `${config.TOPIC}-value`, schema: RATE_OBSERVED_SCHEMA });
}

async function xeLooks({ config, log, onClose }: LocalTask) {
  const {
    XE_ACCOUNT_ID: accountId,
    XE_API_KEY: apiKey,
    XE_BASE_URL: baseUrl,
    CURRENCIES,
    source,
  } = config;
  const of = { source, currencies: CURRENCIES.length, log };
  if (accountId && apiKey) return examineXe({ ...of, settings: { baseUrl, accountId, apiKey } });
  const credentials = { accountId: 'simulator', apiKey: randomBytes(16).toString('hex') };
  const simulator = await startSimulator({ port: 0, mode: config.SIMULATOR_MODE, ...credentials });
  onClose('simulator', () => simulator.stop());
  return examineXe({ ...of, settings: { baseUrl: simulator.url, ...credentials } });
}
