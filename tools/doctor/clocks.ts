import { type Check, ok, problem } from './check.ts';

/** How far another clock is ahead of this host's, in seconds, and the uncertainty of that. */
export interface Skew {
  readonly seconds: number;
  readonly uncertainty: number;
}

/** More than a slow network explains. Postgres decides slots, the provider dates a rate. */
const TOLERATED_SECONDS = 5;

/**
 * Compares a clock that was read between two readings of ours, `sent` and `received` (ms).
 * `grain` is the resolution of the other clock.
 */
export function measureSkew(
  theirs: number,
  { sent, received, grain = 0 }: { sent: number; received: number; grain?: number },
): Skew {
  return {
    seconds: (theirs + grain / 2 - (sent + received) / 2) / 1000,
    uncertainty: ((received - sent) / 2 + grain / 2) / 1000,
  };
}

/** A problem only when the clocks are certainly further apart than tolerated. */
export function checkClock(owner: string, { seconds, uncertainty }: Skew): Check {
  const name = `clock of ${owner}`;
  const direction = seconds < 0 ? 'behind' : 'ahead of';
  const detail =
    `${Math.abs(seconds).toFixed(1)} s ${direction} this host, ` +
    `give or take ${uncertainty.toFixed(1)} s`;
  if (Math.abs(seconds) - uncertainty <= TOLERATED_SECONDS) return ok(name, detail);
  return problem(name, {
    code: 'clock_skew',
    severity: 'degraded',
    detail,
    fix: 'synchronise both by NTP: chronyc tracking, timedatectl',
  });
}
