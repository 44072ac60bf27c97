import {
  deadLetterTopic,
  eventTopic,
  kafkaSettings,
  registrySettings,
} from '../../app/event-stream.ts';
import { lanesOf } from '../../app/lanes.ts';
import type { LocalTask } from '../../app/run.ts';
import { RATE_OBSERVED_SCHEMA } from '../../events/rate-observed.ts';
import { SIMULATOR } from '../../ledger/credentials.ts';
import { type Config, settingSources } from '../../platform/config.ts';
import { runningUrl } from '../../platform/embedded-postgres/join.ts';
import type { Heartbeat } from '../../platform/heartbeat.ts';
import type { Problem } from '../problems.ts';
import { formatVerdict } from '../problems.ts';
import { type Check, formatChecks, note, problemsOf } from './check.ts';
import { examineKafka } from './kafka.ts';
import { checkExposure, examinePipeline } from './pipeline.ts';
import { embeddedStopped, examinePostgres } from './postgres.ts';
import { examineProvider, examineSimulator } from './providers.ts';
import { examineRegistry } from './registry.ts';
import {
  checkLookAlikes,
  compareRunning,
  type EffectiveSetting,
  type LookAlike,
  preferRunning,
  readEffectiveSettings,
} from './settings.ts';

export interface Diagnosis {
  readonly healthy: boolean;
  /** Everything that is wrong, the worst first. */
  readonly problems: readonly Problem[];
  readonly versions: Readonly<Record<string, string>>;
  /** Settings in force: those of the running services where there are any. */
  readonly settings: readonly EffectiveSetting[];
  readonly unknown: readonly LookAlike[];
  readonly checks: readonly Check[];
}

type Context = Pick<LocalTask, 'config' | 'log'>;

/** Examines settings, dependencies and the pipeline. Starts, changes and spends nothing. */
export async function diagnose({ config, log }: Context, version: string): Promise<Diagnosis> {
  const own = readEffectiveSettings(config, settingSources());
  const database = examineDatabase(config);
  const [{ dependencies, running }, stream, registry, providers] = await Promise.all([
    database,
    examineStream({ config, log }),
    examineSchemas(config),
    examineUpstream({ config, log }, database),
  ]);
  const { settings, notes } = preferRunning(own.settings, running);
  const checks = [
    ...checkLookAlikes(own.unknown),
    ...dependencies,
    ...stream,
    ...registry,
    ...providers,
    ...checkExposure(config),
    ...compareRunning(running),
    ...notes,
  ];
  const problems = problemsOf(checks);
  return {
    healthy: problems.length === 0,
    problems,
    versions: {
      'fx-rates': version,
      node: process.version,
      on: `${process.platform} ${process.arch}`,
    },
    settings,
    unknown: own.unknown,
    checks,
  };
}

async function examineDatabase(config: Config) {
  const { DATABASE_URL: given, DATA_DIR } = config;
  const url = given ?? runningUrl(DATA_DIR);
  const none: readonly Heartbeat[] = [];
  if (!url) return { dependencies: embeddedStopped(DATA_DIR), running: none };
  const postgres = await examinePostgres({ url, dataDir: given ? null : DATA_DIR });
  const isReadable = postgres.some(({ name, state }) => name === 'migrations' && state === 'ok');
  if (!isReadable) return { dependencies: postgres, running: none };
  const { checks, running } = await examinePipeline({ url, config });
  return { dependencies: [...postgres, ...checks], running };
}

function examineStream({ config, log }: Context): Promise<Check[]> {
  if (!config.KAFKA_BROKERS)
    return Promise.resolve([note('stream', 'embedded in Postgres: KAFKA_BROKERS is not set')]);
  const topics = [eventTopic(config), deadLetterTopic(config)];
  return examineKafka({ settings: kafkaSettings(config), topics, log });
}

function examineSchemas(config: Config): Promise<Check[]> {
  const settings = registrySettings(config);
  if (!settings)
    return Promise.resolve([
      note('schema registry', 'none: SCHEMA_REGISTRY_URL is not set, schema ids are built in'),
    ]);
  const subject = `${config.TOPIC}-value`;
  return examineRegistry({ ...settings, subject, schema: RATE_OBSERVED_SCHEMA });
}

/** The simulator's address is known only from the heartbeat of the producer that runs it. */
async function examineUpstream(
  { config, log }: Context,
  database: Promise<{ running: readonly Heartbeat[] }>,
): Promise<Check[]> {
  const currencies = config.CURRENCIES.length;
  if (config.source !== SIMULATOR.source) {
    const examined = lanesOf(config).map((lane) => examineProvider({ lane, currencies, log }));
    return (await Promise.all(examined)).flat();
  }
  const urls = (await database).running.map(({ health }) => health['simulator']);
  return examineSimulator(urls.find((url) => typeof url === 'string') ?? null);
}

/** The diagnosis for a person: verdict, problems with their fixes, all else, settings in force. */
export function formatDiagnosis({ problems, versions, settings, checks }: Diagnosis): string {
  const width = Math.max(...settings.map(({ name }) => name.length), 0);
  const versionLine = Object.entries(versions).map(([what, value]) => `${what} ${value}`);
  return [
    formatVerdict(problems),
    ...formatChecks(checks),
    '',
    'Settings in force',
    ...settings.map(({ name, value, from }) => {
      const origin = from === 'default' ? '' : `  ← ${from}`;
      return `  ${name.padEnd(width)}  ${value || '(unset)'}${origin}`;
    }),
    '',
    versionLine.join(' · '),
  ].join('\n');
}
