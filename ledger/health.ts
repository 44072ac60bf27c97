import type { Database } from '../platform/database.ts';
import type { HealthCode } from '../platform/health.ts';
import { type Heartbeat, heartbeats, SILENT_SECONDS } from '../platform/heartbeat.ts';
import { CREDENTIAL_NAMES } from '../platform/providers.ts';
import { queryOne } from '../platform/sql.ts';
import { briefError, budgetFix, withoutTags } from './failure.ts';
import type { Freshness, ReadFreshness } from './freshness.ts';
import type { Run, Source } from './run.ts';
import { nextSlot, type Schedule } from './schedule.ts';
import type { LedgerStatus, OpenRun } from './status.ts';

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
  /**
   * `down`: rates are missing or unreliable. `degraded`: they go on, with something lost. `note`:
   * nothing is lost.
   */
  readonly severity: 'down' | 'degraded' | 'note';
  readonly component: 'producer' | 'consumer' | 'rates' | 'provider';
  readonly detail: string;
  readonly fix: string;
  /** When it is retried without anybody's help (ISO 8601), or null. */
  readonly retry_at: string | null;
}

const SERVICES = ['producer', 'consumer'] as const;

/** Instances of a service with a recent heartbeat, the most recent first. */
export function aliveInstances(service: string, all: readonly Heartbeat[]): Heartbeat[] {
  return all.filter((beat) => beat.service === service && beat.seen_seconds_ago <= SILENT_SECONDS);
}

/** What is wrong with the services, by their heartbeats. */
export function serviceProblems(services: readonly Heartbeat[]): HealthProblem[] {
  return SERVICES.flatMap((component): HealthProblem[] => {
    const alive = aliveInstances(component, services);
    const base = { component, severity: 'down', retry_at: null } as const;
    if (alive.length === 0)
      return [
        {
          ...base,
          code: 'service_silent',
          detail: `not running: no heartbeat from a ${component} for ${SILENT_SECONDS} s`,
          fix: `start it: npm run ${component} (npm start runs all services)`,
        },
      ];
    const unhealthy = alive.find(({ health }) => health.trouble !== null)?.health;
    if (!unhealthy) return [];
    const { code, trouble } = unhealthy;
    return [
      {
        ...base,
        code: code ?? 'service_unhealthy',
        ...(code && OF_PROVIDER.includes(code) && { severity: 'degraded' }),
        detail: withoutTags(String(trouble)),
        fix: (code && FIX[code]) ?? `read the log of the ${component}, then npm run doctor`,
      },
    ];
  });
}

/** What a producer says of the run that it works on: the run itself says more. */
export const OF_PROVIDER: readonly string[] = [
  'budget_spent',
  'provider_unavailable',
  'provider_refused',
];

/** What to do about a service that says so; it goes on by itself afterwards. */
const FIX: Partial<Record<HealthCode, string>> = {
  starting: 'wait: it is starting',
  postgres_unavailable: 'start Postgres, or free its connections',
  disk_full: 'free space on the disk of Postgres, never by deleting in pg_wal',
  stream_unavailable: 'start the brokers; events wait in the ledger',
  stream_refused: 'correct what it names, then restart the services; events wait in the ledger',
  registry_unavailable: 'start the schema registry',
  registry_not_set: 'set SCHEMA_REGISTRY_URL and restart the consumer; the event waits',
  schema_incompatible: 'register a compatible schema, or point SCHEMA_REGISTRY_URL elsewhere',
  codec_unreadable: 'set compression.type=producer on the topic (npm run topics does)',
  log_gap: 'records were deleted before they were stored: docs/runbook.md, FxServiceTrouble',
  provider_unavailable: 'none needed: it is retried, and stored rates are served',
  provider_refused: 'fix the cause, then npm run status -- --close-breaker',
  budget_spent: 'raise the budget that it names, or wait for 00:00 UTC',
};

/** What is wrong with the rates that readers get: missing, stale, or hidden for lack of keys. */
export function freshnessProblems(freshness: Freshness): HealthProblem[] {
  const { currencies, lacksKeys, last_slot, next_slot: retry_at } = freshness;
  const base = { component: 'rates', severity: 'degraded' } as const;
  const problems: HealthProblem[] = [];
  if (lacksKeys)
    problems.push({
      ...base,
      code: 'credentials_missing',
      detail:
        'real rates are stored but no credentials are set: new rates are simulated and hidden',
      fix:
        `set ${CREDENTIAL_NAMES}. To simulate instead, use an empty database: ` +
        'DATA_DIR=.data-simulated npm start',
      retry_at: null,
    });
  const quotes = (rows: Freshness['currencies']) => rows.map(({ quote }) => quote).join(', ');
  const missing = currencies.filter(({ rate_date }) => rate_date === null);
  const stale = currencies.filter((row) => row.stale && row.rate_date !== null);
  const fix = 'npm run status shows why the last slots brought no newer rates';
  if (missing.length > 0)
    problems.push({
      ...{ ...base, code: 'rates_missing', severity: 'down', fix, retry_at },
      detail: `no rate is stored for ${quotes(missing)}`,
    });
  if (stale.length > 0)
    problems.push({
      ...{ ...base, code: 'rates_stale', fix, retry_at },
      detail: `rates are older than the slot of ${last_slot} calls for: ${quotes(stale)}`,
    });
  return problems;
}

/** What is wrong with rates and services, rates first. Empty when they are healthy. */
export async function readHealthProblems(
  db: Database,
  readFreshness: ReadFreshness,
): Promise<HealthProblem[]> {
  const [services, freshness] = await Promise.all([heartbeats(db), readFreshness()]);
  return [...freshnessProblems(freshness), ...serviceProblems(services)];
}

/** A run that ended without rates, and why. */
export type FailedRun = Pick<
  Run,
  'trigger' | 'asked_at' | 'error' | 'failure_code' | 'failure_detail'
>;

/** The newest run if it failed; else null. */
export function readFailedRun(db: Database, source: Source): Promise<FailedRun | null> {
  return queryOne<FailedRun>(db, FAILED_RUN, { source });
}

const FAILED_RUN = `
  select * from (
    select trigger, state, asked_at, error, failure_code, failure_detail
    from runs
    where source = :source and state <> 'skipped'
    order by coalesce(ended_at, asked_at) desc limit 1
  ) newest
  where error is not null and state = 'failed'`;

type LedgerFacts = Pick<
  LedgerStatus,
  'now' | 'last_slot' | 'open_runs' | 'spent_today' | 'daily_budget'
>;

export interface RunFacts extends LedgerFacts {
  readonly failed_run: FailedRun | null;
  /** The configured currencies. */
  readonly currencies: readonly Pick<Freshness['currencies'][number], 'quote' | 'rate_date'>[];
  readonly schedule: Schedule;
}

/** The first slot that can be paid once the budget of today does not suffice. */
export function firstSlotTomorrow(schedule: Schedule, now: string): string {
  const midnight = Date.parse(`${now.slice(0, 10)}T00:00:00Z`) + 86_400_000;
  return nextSlot(schedule, new Date(midnight - 1).toISOString());
}

const BASE = { code: 'run_failing', component: 'provider', severity: 'degraded' } as const;

/**
 * The run that fails or failed last: cause, what to do, and what retries it. A page of a backfill
 * takes no other run's place.
 */
export function runProblems(facts: RunFacts): HealthProblem[] {
  const { open_runs: open, failed_run: failed } = facts;
  const failing = open.filter(({ error }) => error !== null);
  const current = failing.find(({ trigger }) => trigger !== 'backfill');
  if (current) return [failingRunProblem(current)];
  const [page] = failing;
  return [
    ...(failed && !(page && failed.trigger === 'backfill')
      ? [failedRunProblem(failed, facts)]
      : []),
    ...(page ? [failingRunProblem(page)] : []),
  ];
}

function failingRunProblem(run: OpenRun): HealthProblem {
  const { state, next_attempt_at } = run;
  return {
    ...{ ...BASE, detail: String(briefError(run)) },
    fix: 'none needed yet: it is retried by itself, and stored rates are served',
    retry_at: state === 'due' || state === 'retrying' ? next_attempt_at : null,
  };
}

function failedRunProblem(run: FailedRun, facts: RunFacts): HealthProblem {
  const { now, schedule } = facts;
  const isSpent = isBudgetSpent(run, facts);
  const next = isSpent ? firstSlotTomorrow(schedule, now) : nextSlot(schedule, now);
  const wasSpent = run.failure_code === 'budget_spent' && !isSpent;
  const detail = wasSpent ? 'the budget was spent, and suffices now' : String(briefError(run));
  const base = { ...BASE, ...(isSpent && { code: 'budget_spent' as const }), detail };
  if (run.trigger === 'backfill')
    return { ...base, fix: 'request its days again: npm run backfill', retry_at: null };
  if (run.trigger !== 'manual') {
    const fix = isSpent
      ? budgetFix((run.failure_detail ?? {}) as Parameters<typeof budgetFix>[0])
      : 'the next slot fetches again';
    return { ...base, fix, retry_at: next };
  }
  const hasToday = hasRatesOfToday(facts);
  return {
    ...{ ...base, retry_at: null, severity: hasToday ? 'note' : 'degraded' },
    detail:
      `the manual update of ${run.asked_at.slice(11, 16)} UTC failed: ${detail}` +
      (hasToday ? "; today's rates are stored" : ''),
    fix:
      'nothing retries it: run it again (POST /v2/runs), or the slot at ' +
      `${next.slice(0, 16).replace('T', ' ')} UTC fetches`,
  };
}

/** Whether the run failed by the budget, and what is left today still does not suffice. */
function isBudgetSpent(run: FailedRun, { spent_today, daily_budget }: RunFacts): boolean {
  const price = Number(run.failure_detail?.['price'] ?? 1);
  return run.failure_code === 'budget_spent' && spent_today + price > daily_budget;
}

/** Whether readers miss nothing: all of today's rates are stored, and the last slot succeeded. */
function hasRatesOfToday({ now, last_slot: last, currencies }: RunFacts): boolean {
  const isComplete = currencies.every(({ rate_date }) => rate_date === now.slice(0, 10));
  return isComplete && last?.state !== 'failed' && last?.state !== 'skipped';
}
