/** One thing that is wrong, for a person and for a program. */
export interface Problem {
  /** Stable, for programs: only add. */
  readonly code: string;
  /** `down`: rates are missing or unreliable. `degraded`: they go on, with something lost. */
  readonly severity: 'down' | 'degraded';
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
  return (['down', 'degraded'] as const).flatMap((severity) =>
    problems.filter((problem) => problem.severity === severity),
  );
}

export function judge(problems: readonly Pick<Problem, 'severity'>[]): Verdict {
  return sortProblems(problems)[0]?.severity ?? 'healthy';
}

/** `DOWN: 2 problems, worst first` and below it each with its fix, at most `limit` of them. */
export function formatProblems(problems: readonly Problem[], limit = Infinity): string[] {
  const shown = sortProblems(problems).slice(0, limit);
  const hidden = problems.length - shown.length;
  return [
    ...shown.flatMap(({ component, detail, fix, retry_at }) => [
      `  ! ${component}: ${detail}${retry_at ? ` (retried at ${formatMinute(retry_at)})` : ''}`,
      `    → ${fix}`,
    ]),
    ...(hidden > 0 ? [`  … and ${hidden} more: --json`] : []),
  ];
}

export function formatVerdict(problems: readonly Problem[]): string {
  if (problems.length === 0) return 'HEALTHY: no problem found';
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems, worst first`;
  return `${judge(problems).toUpperCase()}: ${count}`;
}

/** `2026-11-24T01:00:02.345Z` becomes `2026-11-24 01:00 UTC`. */
export function formatMinute(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}
