import { XeError } from './xe-error.ts';

/** XE's packages: Live is stamped to the minute, Daily at the lock-in time, which is 00:00 UTC here. */
export type Mode = 'live' | 'daily';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** XE's Swagger offers history back to this day; its pages also say 1998. */
const HISTORY_BEGINS = '1995-11-16';

/** XE's spelling of an instant: `YYYY-MM-DDThh:mm:ssZ`, without milliseconds. */
export function timestampText(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

/** The newest instant that a package has rates for: this minute (Live) or today's lock-in time (Daily). */
export function latestStamp(mode: Mode, now: Date): Date {
  const step = mode === 'live' ? 60_000 : DAY;
  return new Date(now.getTime() - (now.getTime() % step));
}

/** The instant that `YYYY-MM-DDThh:mm` spells in UTC. A day or time that does not exist is refused. */
export function instantOf(name: string, spelled: string): Date {
  const at = new Date(`${spelled}:00Z`);
  // new Date() takes 30 February for 2 March and 24:00 for the next day: only what reads back the same exists.
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 16) !== spelled)
    throw new XeError(
      400,
      `${name} must be an existing UTC day YYYY-MM-DD and time hh:mm, got ${spelled}`,
    );
  if (spelled < HISTORY_BEGINS)
    throw new XeError(400, `${name} must not be before ${HISTORY_BEGINS}, got ${spelled}`);
  return at;
}
