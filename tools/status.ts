import { accountsOf, firstLane } from '../app/lanes.ts';
import { withoutTags } from '../ledger/failure.ts';
import { type Freshness, openFreshness } from '../ledger/freshness.ts';
import {
  aliveInstances,
  type FailedRun,
  freshnessProblems,
  OF_PROVIDER,
  readFailedRun,
  runProblems,
  serviceProblems,
} from '../ledger/health.ts';
import { nextSlot } from '../ledger/schedule.ts';
import {
  type LedgerStatus,
  ledgerStatus,
  type ProviderStatus,
  providerStatus,
} from '../ledger/status.ts';
import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { type Heartbeat, heartbeats } from '../platform/heartbeat.ts';
import { PROVIDER_SETTINGS } from '../platform/providers.ts';
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
  /** Each configured currency and its newest rate. */
  readonly currencies: Freshness['currencies'];
  /** Every provider, the first first. */
  readonly providers: readonly ProviderStatus[];
  readonly next_slot: string;
  readonly services: readonly Heartbeat[];
  /** Dead letters that are neither redriven nor closed. */
  readonly open_letters: number;
  /** The newest run if it failed, or null. */
  readonly failed_run: FailedRun | null;
  /** Everything that is wrong, the worst first. */
  readonly problems: readonly Problem[];
}

export async function readPipelineStatus(db: Database, own: Config): Promise<PipelineStatus> {
  const services = await heartbeats(db);
  const { config, notes } = preferProducer(own, services);
  const { source, CURRENCIES: currencies } = config;
  const { account, settings } = firstLane(config);
  const schedule = { cron: config.SCHEDULE, zone: config.SCHEDULE_TZ };
  const [ledger, providers, letters, freshness, failed_run] = await Promise.all([
    ledgerStatus(db, { ...account, dailyBudget: settings.dailyBudget }),
    providerStatus(db, accountsOf(config)),
    queryRow<{ open: number }>(
      db,
      "select count(*)::int as open from dead_letters where state = 'open'",
    ),
    openFreshness(db, { source, currencies, schedule })(),
    readFailedRun(db, source),
  ]);
  const facts = {
    ...ledger,
    currencies: freshness.currencies,
    providers,
    next_slot: nextSlot(schedule, ledger.now),
    services,
    open_letters: letters.open,
    failed_run,
  };
  return {
    ...facts,
    problems: sortProblems([
      ...freshnessProblems(freshness),
      ...findProblems(facts, config),
      ...notes,
    ]),
  };
}

/** Settings that decide what is due and what it may cost. */
const DECISIVE = ['CURRENCIES', 'SCHEDULE', 'SCHEDULE_TZ', 'PROVIDERS'] as const;
const BUDGETS = Object.values(PROVIDER_SETTINGS).map(({ dailyBudget }) => dailyBudget);

/**
 * The settings with those of the running producer in place of this process's own, and a note of
 * each that differs.
 */
export function preferProducer(config: Config, services: readonly Heartbeat[]) {
  const running = aliveInstances('producer', services)[0]?.settings ?? {};
  const used = Object.fromEntries(
    [...DECISIVE, ...BUDGETS].flatMap((name) => {
      const [own, theirs] = [config[name], running[name]];
      if (theirs === undefined || theirs === String(own)) return [];
      const isList = Array.isArray(own);
      return [[name, isList ? theirs.split(',') : typeof own === 'number' ? +theirs : theirs]];
    }),
  );
  const notes = Object.keys(used).map(
    (name): Problem => ({
      ...{ code: 'settings_differ', severity: 'note', component: 'settings', retry_at: null },
      detail: `${name} is ${running[name]} in the running producer, which counts here`,
      fix: `this command has ${config[name as keyof Config]}: run it with the producer's .env`,
    }),
  );
  return { config: { ...config, ...used } as Config, notes };
}

type Facts = Omit<PipelineStatus, 'problems'>;
type Settings = Pick<Config, 'CURRENCIES' | 'SCHEDULE' | 'SCHEDULE_TZ' | 'PROVIDERS'>;

/** What is wrong apart from the freshness of the rates. */
export function findProblems(facts: Facts, settings: Settings): Problem[] {
  const schedule = { cron: settings.SCHEDULE, zone: settings.SCHEDULE_TZ };
  const budget = budgetProblems(facts, settings);
  const resumesAt = budget.find(({ code }) => code === 'budget_spent')?.retry_at ?? null;
  const slots = slotProblems(facts, resumesAt);
  // A failed slot and a budget that is spent say why their run failed.
  const isExplained = slots.some(({ code }) => code === 'slot_failed');
  const runs = runProblems({ ...facts, ...(isExplained && { failed_run: null }), schedule })
    .filter(({ code }) => resumesAt === null || code !== 'budget_spent')
    .map((run) => ({ ...run, component: firstTitle(facts) }));
  const upstream = [
    ...breakerProblems(facts, settings),
    ...(facts.breaker ? [] : [...runs, ...slots]),
    ...budget,
  ];
  const isKnown = upstream.some(({ severity }) => severity !== 'note');
  const services = serviceProblems(facts.services).filter(
    ({ code }) => !isKnown || !OF_PROVIDER.includes(code),
  );
  return [...services, ...upstream, ...quotaProblems(facts, settings), ...letterProblems(facts)];
}

const firstTitle = ({ providers }: Facts) => providers[0]?.title ?? 'provider';

function slotProblems(facts: Facts, resumesAt: string | null): Problem[] {
  const { last_slot: last, next_slot } = facts;
  const retry_at = resumesAt ?? next_slot;
  const base = { severity: 'degraded', component: 'last slot', retry_at } as const;
  if (last?.state === 'failed' || last?.state === 'skipped')
    return [
      {
        ...base,
        code: 'slot_failed',
        detail: `${last.state}${last.reason ? `: ${withoutTags(last.reason)}` : ''}`,
        fix: resumesAt
          ? 'no run can be paid before that: see the budget'
          : 'the next slot brings the day; fetch it now with POST /v2/runs',
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
