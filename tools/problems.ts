import { withoutTags } from '../ledger/failure.ts';
import { firstSlotTomorrow } from '../ledger/health.ts';
import { type Schedule, slotsBetween } from '../ledger/schedule.ts';
import type { ProviderStatus } from '../ledger/status.ts';
import type { Config } from '../platform/config.ts';
import { PROVIDER_SETTINGS } from '../platform/providers.ts';
/** One thing that is wrong, for a person and for a program. */
export interface Problem {
  /** Stable, for programs: only add. */
  readonly code: string;
  /** `down`: rates are missing or unreliable. `degraded`: something is lost. `note`: nothing is. */
  readonly severity: 'down' | 'degraded' | 'note';
  /** What it is about, such as `consumer` or `topic fx.rates.v1`. */
  readonly component: string;
  readonly detail: string;
  readonly fix: string;
  /** When it is retried without anybody's help (ISO 8601), or null. */
  readonly retry_at: string | null;
}

export type Verdict = 'healthy' | 'degraded' | 'down';

/** The worst problems first, in their order within a severity; one of each kind. */
export function sortProblems<P extends Pick<Problem, 'severity'>>(problems: readonly P[]): P[] {
  return (['down', 'degraded', 'note'] as const).flatMap((severity) =>
    problems.filter((problem) => problem.severity === severity),
  );
}

export function judge(problems: readonly Pick<Problem, 'severity'>[]): Verdict {
  const worst = sortProblems(problems)[0]?.severity ?? 'note';
  return worst === 'note' ? 'healthy' : worst;
}

/** `DOWN: 2 problems, worst first` and below it each with its fix, at most `limit` of them. */
export function formatProblems(problems: readonly Problem[], limit = Infinity): string[] {
  const shown = sortProblems(problems).slice(0, limit);
  const hidden = problems.length - shown.length;
  return [
    ...shown.flatMap(({ severity, component, detail, fix, retry_at }) => {
      const retry = retry_at ? ` (retried at ${formatMinute(retry_at)})` : '';
      const mark = severity === 'note' ? 'i' : '!';
      return [`  ${mark} ${describe(component, detail)}${retry}`, `    → ${fix}`];
    }),
    ...(hidden > 0 ? [`  … and ${hidden} more: --json`] : []),
  ];
}

/** `component: detail` for a terminal: named once, and an HTML body by its text. */
export function describe(component: string, detail: string): string {
  const text = withoutTags(detail);
  return text.startsWith(`${component}: `) ? text : `${component}: ${text}`;
}

export function formatVerdict(all: readonly Problem[]): string {
  const problems = all.filter(({ severity }) => severity !== 'note');
  if (problems.length === 0) return 'HEALTHY: no problem found';
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems, worst first`;
  return `${judge(problems).toUpperCase()}: ${count}`;
}

/** `2026-11-24T01:00:02.345Z` becomes `2026-11-24 01:00 UTC`. */
export function formatMinute(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}

interface Facts {
  readonly now: string;
  readonly providers: readonly ProviderStatus[];
}
type Settings = Pick<Config, 'CURRENCIES' | 'SCHEDULE' | 'SCHEDULE_TZ' | 'PROVIDERS'>;

/** Each provider that refused us and is not called. */
export function breakerProblems({ providers }: Facts, { PROVIDERS }: Settings): Problem[] {
  return providers.flatMap(({ breaker, title }, n): Problem[] => {
    const name = PROVIDERS[n];
    if (!breaker || !name) return [];
    const close = `then npm run status -- --close-breaker ${name}`;
    const fixes: Record<number, string> = {
      401: `check ${PROVIDER_SETTINGS[name].credentials.join(' and ')}, ${close}`,
      403: `the account has ended or is not allowed to do this: talk to ${title}, ${close}`,
      429: `wait for the reset or ask ${title} for more, ${close}`,
    };
    return [
      {
        code: 'breaker_open',
        severity: 'degraded',
        component: title,
        detail: `the circuit breaker is open: ${breaker.reason}`,
        fix: fixes[breaker.status] ?? `fix the cause, ${close}`,
        retry_at: breaker.open_until,
      },
    ];
  });
}

/** The price of a run in what a provider bills, as every message has it. */
const priceOf = ({ bills }: ProviderStatus, { CURRENCIES }: Settings) =>
  bills === 'calls' ? 1 : CURRENCIES.length;

/** The first provider's budget: the others' are spent only when it fails. */
export function budgetProblems({ now, providers: [first] }: Facts, settings: Settings): Problem[] {
  const name = settings.PROVIDERS[0];
  if (!first || !name) return [];
  const { spent_today, daily_budget, bills } = first;
  const perRun = priceOf(first, settings);
  const setting = PROVIDER_SETTINGS[name].dailyBudget;
  const schedule: Schedule = { cron: settings.SCHEDULE, zone: settings.SCHEDULE_TZ };
  const tomorrow = new Date(Date.parse(now) + 86_400_000).toISOString();
  const perDay = slotsBetween(schedule, now, tomorrow, daily_budget + 1).length * perRun;
  const base = { severity: 'degraded', component: 'budget' } as const;
  const isSpent = spent_today + perRun > daily_budget && perRun <= daily_budget;
  if (isSpent)
    return [
      {
        ...base,
        code: 'budget_spent',
        detail:
          `not enough for another run: ${spent_today} of ${daily_budget} ${bills} used today, ` +
          `a run costs ${perRun}`,
        fix:
          `raise ${setting}${perDay > daily_budget ? ` (SCHEDULE needs ${perDay} a day)` : ''}, ` +
          'or it goes on at 00:00 UTC',
        retry_at: firstSlotTomorrow(schedule, now),
      },
    ];
  if (perDay <= daily_budget) return [];
  return [
    {
      ...base,
      code: 'budget_too_small',
      detail: `SCHEDULE needs ${perDay} ${bills} a day or more, ${setting} allows ${daily_budget}`,
      fix: `raise ${setting} to ${perDay} or more, or schedule fewer slots`,
      retry_at: null,
    },
  ];
}

/** Each provider whose package has less left than a run needs. */
export function quotaProblems({ providers }: Facts, settings: Settings): Problem[] {
  return providers.flatMap((provider): Problem[] => {
    const { title, bills, quota } = provider;
    const perRun = priceOf(provider, settings);
    const left = quota?.quota_remaining;
    if (left == null || Number(left) >= perRun) return [];
    return [
      {
        code: 'quota_spent',
        severity: 'degraded',
        component: title,
        detail: `${left} ${bills} of the package are left, a run needs ${perRun}`,
        fix: `wait for the reset, or ask ${title} for more`,
        retry_at: quota?.quota_resets_at ?? null,
      },
    ];
  });
}
