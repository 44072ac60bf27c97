import { type Check, ill, well } from './check.ts';

/** How far another clock is ahead of this host's, in seconds, and how far off that may be. */
export interface Skew {
  readonly seconds: number;
  readonly give: number;
}

/** More than a slow network explains; slots are decided by Postgres, but a rate is dated by XE. */
const TOLERATED_SECONDS = 5;

/** Compares a clock that was read somewhere between two readings of ours (ms); `grain` is the smallest step it tells. */
export function skewOf(
  theirs: number,
  { asked, answered, grain = 0 }: { asked: number; answered: number; grain?: number },
): Skew {
  return {
    seconds: (theirs + grain / 2 - (asked + answered) / 2) / 1000,
    give: ((answered - asked) / 2 + grain / 2) / 1000,
  };
}

/** Well, unless the clocks are certainly further apart than is tolerated. */
export function clockCheck(whose: string, { seconds, give }: Skew): Check {
  const apart = `${Math.abs(seconds).toFixed(1)} s ${seconds < 0 ? 'behind' : 'ahead of'} this host, give or take ${give.toFixed(1)} s`;
  if (Math.abs(seconds) - give <= TOLERATED_SECONDS) return well(`clock of ${whose}`, apart);
  return ill(
    `clock of ${whose}`,
    apart,
    'have both keep time by NTP: chronyc tracking, timedatectl',
  );
}
