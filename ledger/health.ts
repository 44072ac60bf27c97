import type { Database } from '../platform/database.ts';
import type { HealthCode } from '../platform/health.ts';
import { SILENT_SECONDS } from '../platform/heartbeat.ts';
import { CREDENTIAL_NAMES } from '../platform/providers.ts';
import { query, queryOne } from '../platform/sql.ts';
import type { Freshness, ReadFreshness } from './freshness.ts';
import type { Source } from './run.ts';

type Component = 'producer' | 'consumer' | 'rates' | 'provider';

/** One thing that is wrong: a code to match on, what it means, and what to do. */
export interface HealthProblem {
  readonly code:
    | HealthCode
    | 'service_silent'
    | 'service_unhealthy'
    | 'credentials_missing'
    | 'rates_missing'
    | 'rates_stale'
    | 'run_failing';
  readonly component: Component;
  readonly detail: string;
  readonly fix: string;
}

interface Heartbeat {
  readonly service: string;
  readonly trouble: string | null;
  readonly code: HealthCode | null;
}

const SERVICES = ['producer', 'consumer'] as const;

/** What is wrong with the services, by their heartbeats; the most recent instance counts. */
export async function readServiceProblems(db: Database): Promise<HealthProblem[]> {
  const alive = await query<Heartbeat>(
    db,
    `select service, health ->> 'trouble' as trouble, health ->> 'code' as code from services
     where seen_at > now() - :seconds * interval '1 second' order by seen_at`,
    { seconds: SILENT_SECONDS },
  );
  return SERVICES.flatMap((component): HealthProblem[] => {
    const instances = alive.filter(({ service }) => service === component);
    if (instances.length === 0)
      return [
        {
          code: 'service_silent',
          component,
          detail: `no heartbeat from a ${component} for ${SILENT_SECONDS} s`,
          fix: `Start the ${component}: npm run ${component} (npm start runs all services).`,
        },
      ];
    const unhealthy = instances.find(({ trouble }) => trouble !== null);
    return unhealthy?.trouble
      ? [
          {
            code: unhealthy.code ?? 'service_unhealthy',
            component,
            detail: unhealthy.trouble,
            fix: `Run npm run doctor; the log of the ${component} has the cause.`,
          },
        ]
      : [];
  });
}

/** What is wrong with the rates that readers get: missing, stale, or hidden for lack of keys. */
export function freshnessProblems(freshness: Freshness): HealthProblem[] {
  const { currencies, lacksKeys, last_slot } = freshness;
  const problems: HealthProblem[] = [];
  if (lacksKeys)
    problems.push({
      code: 'credentials_missing',
      component: 'rates',
      detail:
        'real rates are stored but no credentials are set: new rates are simulated and hidden',
      fix:
        `Set ${CREDENTIAL_NAMES}. To simulate instead, use an empty database: ` +
        'DATA_DIR=.data-simulated npm start',
    });
  const quotes = (rows: Freshness['currencies']) => rows.map(({ quote }) => quote).join(', ');
  const missing = currencies.filter(({ rate_date }) => rate_date === null);
  const stale = currencies.filter((row) => row.stale && row.rate_date !== null);
  const fix = 'Run npm run status: it shows why the last slots brought no newer rates.';
  if (missing.length > 0)
    problems.push({
      code: 'rates_missing',
      component: 'rates',
      detail: `no rate is stored for ${quotes(missing)}`,
      fix,
    });
  if (stale.length > 0)
    problems.push({
      code: 'rates_stale',
      component: 'rates',
      detail: `rates are older than the slot of ${last_slot} calls for: ${quotes(stale)}`,
      fix,
    });
  return problems;
}

/** Everything that is wrong with the pipeline, worst first. Empty when it is healthy. */
export async function readHealthProblems(
  db: Database,
  readFreshness: ReadFreshness,
): Promise<HealthProblem[]> {
  const [services, freshness] = await Promise.all([readServiceProblems(db), readFreshness()]);
  return [...freshnessProblems(freshness), ...services];
}

/** Why the newest run has brought nothing yet, or null. */
export async function readRunProblem(db: Database, source: Source): Promise<HealthProblem | null> {
  const run = await queryOne<{ error: string; next_attempt_at: string | null }>(
    db,
    `select error,
            case when state in ('due', 'retrying') then next_attempt_at end as next_attempt_at
     from (
       select state, error, next_attempt_at from runs
       where source = :source and state <> 'skipped'
       order by coalesce(ended_at, asked_at) desc limit 1
     ) newest
     where error is not null and state <> 'confirmed'`,
    { source },
  );
  if (!run) return null;
  return {
    code: 'run_failing',
    component: 'provider',
    detail: run.error,
    fix: run.next_attempt_at
      ? `None needed yet: it is retried at ${run.next_attempt_at}.`
      : 'Run npm run status: it names the cause and the next slot.',
  };
}
