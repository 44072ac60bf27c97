import { accountsOf, firstLane } from '../app/lanes.ts';
import { type Freshness, openFreshness } from '../ledger/freshness.ts';
import { freshnessProblems, type HealthProblem, readRunProblem } from '../ledger/health.ts';
import { nextSlot } from '../ledger/schedule.ts';
import {
  type LedgerStatus,
  ledgerStatus,
  type ProviderStatus,
  providerStatus,
} from '../ledger/status.ts';
import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import type { HealthCode } from '../platform/health.ts';
import { type Heartbeat, heartbeats, SILENT_SECONDS } from '../platform/heartbeat.ts';
import { queryRow } from '../platform/sql.ts';
import {
  breakerProblems,
  budgetProblems,
  type Problem,
  quotaProblems,
  sortProblems,
} from './problems.ts';

/** The state of the whole pipeline, as `status` and `doctor` read it from Postgres. */
export interface PipelineStatus extends LedgerStatus {
  /** Every provider, the first first. */
  readonly providers: readonly ProviderStatus[];
  readonly next_slot: string;
  readonly services: readonly Heartbeat[];
  /** Dead letters that are neither redriven nor closed. */
  readonly open_letters: number;
  /** Why the newest run brought nothing, or null. */
  readonly last_failure: HealthProblem | null;
  /** Everything that is wrong, the worst first. */
  readonly problems: readonly Problem[];
}

export async function readPipelineStatus(db: Database, config: Config): Promise<PipelineStatus> {
  const { source, CURRENCIES: currencies } = config;
  const { account, settings } = firstLane(config);
  const schedule = { cron: config.SCHEDULE, zone: config.SCHEDULE_TZ };
  const [ledger, providers, services, letters, freshness, last_failure] = await Promise.all([
    ledgerStatus(db, { ...account, dailyBudget: settings.dailyBudget }),
    providerStatus(db, accountsOf(config)),
    heartbeats(db),
    queryRow<{ open: number }>(
      db,
      "select count(*)::int as open from dead_letters where state = 'open'",
    ),
    openFreshness(db, { source, currencies, schedule })(),
    readRunProblem(db, source),
  ]);
  const facts = {
    ...ledger,
    providers,
    next_slot: nextSlot(schedule, ledger.now),
    services,
    open_letters: letters.open,
    last_failure,
  };
  return {
    ...facts,
    problems: sortProblems([...rateProblems(freshness), ...findProblems(facts, config)]),
  };
}

type Facts = Omit<PipelineStatus, 'problems'>;
type Settings = Pick<Config, 'CURRENCIES' | 'SCHEDULE' | 'SCHEDULE_TZ' | 'PROVIDERS'>;

function rateProblems(freshness: Freshness): Problem[] {
  return freshnessProblems(freshness).map(({ code, component, detail, fix }) => ({
    ...{ code, component, detail, fix },
    severity: code === 'rates_missing' ? 'down' : 'degraded',
    retry_at: code === 'credentials_missing' ? null : freshness.next_slot,
  }));
}

/** What is wrong apart from the freshness of the rates. */
export function findProblems(facts: Facts, settings: Settings): Problem[] {
  const upstream = breakerProblems(facts, settings);
  const runs = [...runProblems(facts), ...slotProblems(facts)];
  const failures = runs.length > 0 ? runs : failureProblems(facts);
  return [
    ...['producer', 'consumer'].flatMap((service) => serviceProblems(service, facts.services)),
    ...upstream,
    ...(facts.breaker ? [] : failures),
    ...budgetProblems(facts, settings),
    ...quotaProblems(facts, settings),
    ...letterProblems(facts),
  ];
}

/** Instances of a service with a recent heartbeat. */
export function aliveInstances(service: string, all: readonly Heartbeat[]): Heartbeat[] {
  return all.filter((beat) => beat.service === service && beat.seen_seconds_ago <= SILENT_SECONDS);
}

function serviceProblems(service: string, all: readonly Heartbeat[]): Problem[] {
  const alive = aliveInstances(service, all);
  if (alive.length === 0)
    return [
      {
        ...{ code: 'service_silent', severity: 'down', component: service, retry_at: null },
        detail: `not running: no heartbeat for ${SILENT_SECONDS} s`,
        fix: `start it: npm run ${service} (npm start runs all services)`,
      },
    ];
  const unhealthy = alive.find(({ health }) => health.trouble !== null);
  if (!unhealthy) return [];
  const { trouble, code } = unhealthy.health;
  return [
    {
      code: code ?? 'service_unhealthy',
      severity: code === 'budget_spent' || code === 'provider_unavailable' ? 'degraded' : 'down',
      component: service,
      detail: String(trouble),
      fix: (code && FIX[code]) ?? `read the log of the ${service}, then npm run doctor`,
      retry_at: null,
    },
  ];
}

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
  budget_spent: 'raise the daily budget of the provider, or wait for midnight UTC',
};

const firstTitle = ({ providers }: Facts) => providers[0]?.title ?? 'provider';

function runProblems(facts: Facts): Problem[] {
  const failing = facts.open_runs.find(({ error }) => error !== null);
  if (!failing) return [];
  return [
    {
      code: 'run_failing',
      severity: 'degraded',
      component: firstTitle(facts),
      detail: String(failing.error),
      fix: 'none needed yet: it is retried by itself, and stored rates are served',
      retry_at: failing.next_attempt_at,
    },
  ];
}

/** A manual run or a page of a backfill that failed last: nothing retries it. */
function failureProblems(facts: Facts): Problem[] {
  const { last_failure: failure, next_slot } = facts;
  if (!failure) return [];
  return [
    {
      code: 'run_failing',
      severity: 'degraded',
      component: firstTitle(facts),
      detail: failure.detail,
      fix: 'the next slot fetches again; fetch now with POST /v2/runs',
      retry_at: next_slot,
    },
  ];
}

function slotProblems(facts: Facts): Problem[] {
  const { last_slot: last, next_slot } = facts;
  const base = { severity: 'degraded', component: 'last slot', retry_at: next_slot } as const;
  if (last?.state === 'failed' || last?.state === 'skipped')
    return [
      {
        ...base,
        code: 'slot_failed',
        detail: `${last.state}${last.reason ? `: ${last.reason}` : ''}`,
        fix: 'the next slot brings the day; fetch it now with POST /v2/runs',
      },
    ];
  if (last?.state === 'confirmed' && last.missing.length > 0)
    return [
      {
        ...base,
        code: 'slot_partial',
        detail: `${firstTitle(facts)} sent no ${last.missing.join(', ')}`,
        fix: `ask ${firstTitle(facts)} why, or remove the currency from CURRENCIES`,
      },
    ];
  return [];
}

function letterProblems({ open_letters: open }: Facts): Problem[] {
  if (open === 0) return [];
  const detail = `${open} ${open === 1 ? 'record' : 'records'} could not be stored as rates`;
  const fix = 'npm run dlt -- ls, then redrive or close each';
  const base = { severity: 'degraded', component: 'dead letters', retry_at: null } as const;
  return [{ ...base, code: 'dead_letters_open', detail, fix }];
}
