import type { Account } from '../../ledger/credentials.ts';
import type { Freshness, FreshnessSettings, ReadFreshness } from '../../ledger/freshness.ts';
import {
  freshnessProblems,
  readFailedRun,
  runProblems,
  serviceProblems,
} from '../../ledger/health.ts';
import {
  failingSince,
  type LedgerStatus,
  ledgerStatus,
  type ProviderAccount,
  providerStatus,
  type SlotState,
} from '../../ledger/status.ts';
import type { Database } from '../../platform/database.ts';
import { heartbeats, SILENT_SECONDS } from '../../platform/heartbeat.ts';
import { queryRow } from '../../platform/sql.ts';

export interface StatusDeps extends Account, FreshnessSettings {
  db: Database;
  dailyBudget: number;
  providers: readonly ProviderAccount[];
  readFreshness: ReadFreshness;
  consoleUrl: string | undefined;
}
export type ReadStatus = ReturnType<typeof statusReader>;
export type PipelineStatus = Awaited<ReturnType<ReadStatus>>;

/** Reads the state of the whole pipeline: ledger, services, dead letters, freshness, problems. */
export function statusReader(deps: StatusDeps) {
  const { db, source, credentials, dailyBudget, providers, readFreshness, consoleUrl } = deps;
  const { schedule } = deps;
  return async () => {
    const [ledger, ofProviders, services, freshness, failed_run, { open }] = await Promise.all([
      ledgerStatus(db, { source, credentials, dailyBudget }),
      providerStatus(db, providers),
      heartbeats(db),
      readFreshness(),
      readFailedRun(db, source),
      queryRow<{ open: number }>(
        db,
        `select count(*)::int as open from dead_letters where state = 'open'`,
      ),
    ]);
    const alive = services.filter(({ seen_seconds_ago: ago }) => ago <= SILENT_SECONDS);
    const consumer = alive.find(({ service }) => service === 'consumer');
    const problems = [
      ...freshnessProblems(freshness),
      ...serviceProblems(services),
      ...runProblems({ ...ledger, currencies: freshness.currencies, schedule, failed_run }),
    ].filter(({ severity }) => severity !== 'note');
    return {
      ...ledger,
      providers: ofProviders,
      details: true,
      trouble: problems.map(({ component, detail }) => `${component}: ${detail}`),
      problems,
      sources: freshness.sources,
      compared: freshness.hasSecond,
      fallback: await readFallback(db, source, freshness),
      currencies: freshness.currencies,
      next_slot: freshness.next_slot,
      consumer_lag: (consumer?.health['lag'] as string | undefined) ?? null,
      dead_letters: open as number | null,
      services: services.map(({ health: { trouble }, settings: _settings, ...service }) => ({
        ...service,
        fresh: service.seen_seconds_ago <= SILENT_SECONDS,
        trouble,
      })),
      console_url: consoleUrl ?? null,
    };
  };
}

/** The rates that come from another source than the first, and since when that one has failed. */
async function readFallback(db: Database, source: string, { fallbacks }: Freshness) {
  const [newest] = fallbacks;
  if (!newest?.rate_date || !newest.source) return null;
  return {
    source: newest.source,
    rate_date: newest.rate_date,
    currencies: fallbacks.map(({ quote }) => quote),
    since: await failingSince(db, source),
  };
}

/** The part of the status that strangers see: freshness and slots, no hosts, errors or quota. */
export function publicStatus(status: PipelineStatus) {
  const problems = status.problems.filter(({ component }) => component === 'rates');
  return {
    ...status,
    details: false,
    trouble: problems.map(({ component, detail }) => `${component}: ${detail}`),
    problems,
    last_slot: status.last_slot && withoutReason(status.last_slot),
    troubled_slots: status.troubled_slots.map(withoutReason),
    open_runs: [],
    open_count: null,
    providers: [],
    spent_today: null,
    daily_budget: null,
    quota: null,
    breaker: null,
    backfill: null,
    consumer_lag: null,
    dead_letters: null,
    services: [],
    console_url: null,
  } satisfies Record<keyof PipelineStatus | keyof LedgerStatus, unknown>;
}

function withoutReason(slot: SlotState): SlotState {
  return { ...slot, reason: null, failure_detail: null };
}
