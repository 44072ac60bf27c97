import { aliveInstances } from '../../ledger/health.ts';
import type { Config } from '../../platform/config.ts';
import { openDatabase } from '../../platform/database.ts';
import type { Heartbeat } from '../../platform/heartbeat.ts';
import { type PipelineStatus, readPipelineStatus } from '../status.ts';
import { type Check, examine, note, ok, problem } from './check.ts';
import { explainPostgres } from './postgres.ts';

export interface Pipeline {
  readonly checks: Check[];
  /** Instances of services that are running. */
  readonly running: readonly Heartbeat[];
}

/** Examines the pipeline by its tables: services, rates, circuit breaker, budget, dead letters. */
export async function examinePipeline({
  url,
  config,
}: {
  url: string;
  config: Config;
}): Promise<Pipeline> {
  let running: readonly Heartbeat[] = [];
  const work = async (): Promise<Check[]> => {
    const db = openDatabase({ url, name: 'doctor', poolSize: 2 });
    try {
      const status = await readPipelineStatus(db, config);
      running = ['producer', 'consumer', 'api'].flatMap((service) =>
        aliveInstances(service, status.services),
      );
      return checkPipeline(status);
    } finally {
      await db.destroy();
    }
  };
  const { host } = new URL(url);
  const checks = await examine('pipeline', work, (err) =>
    explainPostgres(err, { host, dataDir: config.DATABASE_URL ? null : config.DATA_DIR }),
  );
  return { checks, running };
}

function checkPipeline({ problems, services, newest }: PipelineStatus): Check[] {
  const checks = problems.flatMap(({ component, ...rest }): Check[] => {
    if (rest.severity !== 'note') return [{ name: component, state: 'problem', ...rest }];
    // Differences of settings are examined by themselves.
    if (rest.code === 'settings_differ') return [];
    return [note(component, `${rest.detail}; ${rest.fix}`)];
  });
  for (const service of ['producer', 'consumer'] as const) {
    const alive = aliveInstances(service, services);
    if (alive.length > 0 && alive.every(({ health }) => health.trouble === null))
      checks.push(
        ok(service, alive.length === 1 ? 'healthy' : `${alive.length} healthy instances`),
      );
  }
  if (newest && !problems.some(({ component }) => component === 'rates'))
    checks.push(ok('rates', `${newest.currencies} currencies for ${newest.rate_date}, fresh`));
  return checks;
}

/** Where the API refuses private and writing requests for want of a token. */
export function checkExposure({ API_TOKEN, TRUST_PROXY, HOST }: Config): Check[] {
  if (API_TOKEN) return [];
  const detail =
    'API_TOKEN is not set: private and writing endpoints refuse every request that came ' +
    'through a proxy or from another host';
  if (TRUST_PROXY > 0)
    return [
      problem('API', {
        code: 'api_token_missing',
        severity: 'degraded',
        detail: `TRUST_PROXY is ${TRUST_PROXY} and ${detail}`,
        fix: 'set API_TOKEN (or API_TOKEN_FILE) to 32 characters or more',
      }),
    ];
  const isLoopback = /^(127\.|localhost$|::1$)/.test(HOST);
  return [note('API', isLoopback ? detail : `HOST is ${HOST} and ${detail}`)];
}
