import { defineCommand } from '../app/command-line.ts';
import { lanesOf } from '../app/lanes.ts';
import { openTaskDatabase } from '../app/postgres.ts';
import { runTask } from '../app/run.ts';
import { closeBreaker } from '../ledger/breaker.ts';
import { SIMULATOR } from '../ledger/credentials.ts';
import { aliveInstances } from '../ledger/health.ts';
import type { OpenRun, ProviderStatus, SlotState } from '../ledger/status.ts';
import type { Heartbeat } from '../platform/heartbeat.ts';
import { formatMinute, formatProblems, formatVerdict, judge } from '../tools/problems.ts';
import { type PipelineStatus, readPipelineStatus } from '../tools/status.ts';

/** With all facts, 22 lines: two more are the heading of `watch` on a terminal of 24. */
const SHOWN_PROBLEMS = 3;
const SHOWN_SLOTS = 2;

const command = defineCommand(
  'status',
  'One screen: problems with their fix, freshness, slots, quota and services. ' +
    'Exits with 0 when healthy, 1 when degraded or down',
).option(
  '--close-breaker [provider]',
  'close the circuit breaker of all of PROVIDERS, or of one, and retry now (fix the cause first)',
);

await runTask(command, async (task) => {
  const { closeBreaker: close } = command.opts<{ closeBreaker?: true | string }>();
  const lanes = lanesOf(task.config).filter(({ entry }) => close === true || entry.name === close);
  if (close !== undefined && lanes.length === 0)
    command.error(`status: ${close} is not among PROVIDERS (${task.config.PROVIDERS.join(',')})`);
  const db = await openTaskDatabase(task, 'status');
  for (const { account, entry } of lanes) {
    const wasOpen = await closeBreaker(db, account);
    const what = wasOpen ? 'circuit breaker closed' : 'the circuit breaker was not open';
    task.log.info({ provider: entry.name }, what);
  }
  const status = await readPipelineStatus(db, task.config);
  const healthy = judge(status.problems) === 'healthy';
  task.print(
    task.json
      ? JSON.stringify({ healthy, ...status })
      : formatStatus(status, task.config.SCHEDULE_TZ),
  );
  return healthy ? 0 : 1;
});

/** The status as one screen: verdict, problems with their fixes, then a line per fact. */
function formatStatus(status: PipelineStatus, zone: string): string {
  const { now, open_letters: letters } = status;
  const facts: [string, string][] = [
    ['rates', formatNewest(status)],
    ['last slot', status.last_slot ? formatSlot(status.last_slot) : 'none yet'],
    ['next slot', formatNext(status.next_slot, now, zone)],
    ['open runs', formatOpenRuns(status)],
    ...status.providers.flatMap((provider, n) => formatProvider(provider, n, now)),
    ...formatBackfill(status),
    ['dead letters', letters === 0 ? 'none open' : `${letters} OPEN (npm run dlt -- ls)`],
    ['producer', formatService('producer', status.services)],
    ['consumer', formatService('consumer', status.services)],
  ];
  const isSimulated = status.source === SIMULATOR.source;
  const simulated = isSimulated ? ' · SIMULATED: no credentials are set' : '';
  return [
    `${formatMinute(now)}${simulated} · ${formatVerdict(status.problems)}`,
    ...formatProblems(status.problems, SHOWN_PROBLEMS),
    ...facts.map(([name, text]) => `  ${name.padEnd(12)} ${text}`),
    ...formatTroubledSlots(status.troubled_slots),
  ].join('\n');
}

function formatNewest({ newest, now, currencies }: PipelineStatus): string {
  if (!newest) return 'none yet';
  const age = formatSpan(Date.parse(now) - Date.parse(newest.fetched_at));
  const present = currencies.filter(({ rate_date }) => rate_date === newest.rate_date);
  const count = `${present.length} of ${currencies.length} currencies`;
  return `${count} for ${newest.rate_date}, fetched ${age} ago`;
}

function formatNext(slot: string, now: string, zone: string): string {
  const wait = formatSpan(Date.parse(slot) - Date.parse(now));
  return `${formatMinute(slot)}, in ${wait}${zone === 'UTC' ? '' : `, schedule in ${zone}`}`;
}

function formatSlot({ slot, to, count, state, missing, reason }: SlotState): string {
  const when = to
    ? `${formatMinute(slot)} to ${formatMinute(to)}, ${count} slots`
    : formatMinute(slot);
  const isPartial = state === 'confirmed' && missing.length > 0;
  const partial = isPartial ? `, partial: no ${missing.join(', ')}` : '';
  return `${when}  ${state}${partial}${reason ? `: ${reason}` : ''}`;
}

function formatOpenRuns({ open_runs, open_count }: PipelineStatus): string {
  const [oldest] = open_runs;
  if (!oldest) return 'none';
  const error = oldest.error ? `, ${oldest.error}` : '';
  return `${open_count}; the oldest is ${nameRun(oldest)}: ${oldest.state}${error}`;
}

function nameRun({ trigger, slot, first_day, last_day }: OpenRun): string {
  if (first_day)
    return `a ${trigger} of ${first_day}${last_day === first_day ? '' : ` to ${last_day}`}`;
  return slot ? `the slot of ${formatMinute(slot)}` : 'a manual run';
}

/** The first provider in three lines, each other one in one. */
function formatProvider(provider: ProviderStatus, n: number, now: string): [string, string][] {
  const { title, bills, spent_today, daily_budget } = provider;
  const spent = `${spent_today} of ${daily_budget} ${bills}`;
  const parts = [spent, formatQuota(provider, now), formatBreaker(provider)] as const;
  if (n > 0)
    return [[`provider ${n + 1}`, `${title}: spent ${spent}; ${parts[1]}; breaker ${parts[2]}`]];
  return [
    ['spent today', `${spent}, ${title}`],
    ['quota', parts[1]],
    ['breaker', parts[2]],
  ];
}

function formatQuota({ quota, bills }: ProviderStatus, now: string): string {
  if (!quota) return 'quota unknown before the first response';
  const left = quota.quota_remaining
    ? `${quota.quota_remaining} of ${quota.quota_limit ?? '?'} ${bills} left`
    : `remaining ${bills} unknown`;
  const reset = quota.quota_resets_at ? ` until ${formatMinute(quota.quota_resets_at)}` : '';
  const trial = quota.package?.startsWith('FREETRIAL') ? ' (trial: may serve mock rates)' : '';
  const age = formatSpan(Date.parse(now) - Date.parse(quota.seen_at));
  return `${left}${reset}, package ${quota.package ?? 'unknown'}${trial}, seen ${age} ago`;
}

function formatBreaker({ breaker }: ProviderStatus): string {
  if (!breaker) return 'closed';
  const close = 'npm run status -- --close-breaker';
  return `OPEN until ${formatMinute(breaker.open_until)} (${close}): ${breaker.reason}`;
}

function formatBackfill({ backfill }: PipelineStatus): [string, string][] {
  if (!backfill) return [];
  const { runs, confirmed, failed, cost } = backfill;
  const failures = failed > 0 ? `, ${failed} failed` : '';
  return [['backfill', `${confirmed} of ${runs} pages confirmed${failures}, ${cost} rates`]];
}

function formatService(service: string, all: readonly Heartbeat[]): string {
  const alive = aliveInstances(service, all);
  if (alive.length === 0) return 'NOT RUNNING';
  const trouble = alive.find(({ health }) => health.trouble)?.health.trouble;
  const lag = alive.map(({ health }) => health['lag']).find((events) => events !== undefined);
  const copies = alive.length > 1 ? `${alive.length} instances, ` : '';
  const state = trouble ? `unhealthy: ${trouble}` : 'healthy';
  return `${copies}${state}${lag === undefined ? '' : `, lag ${lag} events`}`;
}

function formatTroubledSlots(slots: readonly SlotState[]): string[] {
  if (slots.length === 0) return ['  No slot failed or was skipped in the last 7 days.'];
  const hidden = slots.length - SHOWN_SLOTS;
  return [
    '  Slots without rates in the last 7 days',
    ...slots.slice(0, SHOWN_SLOTS).map((slot) => `    ${formatSlot(slot)}`),
    ...(hidden > 0 ? [`    … and ${hidden} more: --json`] : []),
  ];
}

function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : `${Math.round(minutes / 1440)} days`;
}
