const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the clocks of an IANA zone are ahead of UTC at an instant, in milliseconds. */
export function zoneOffset(zone: string, at: number): number {
  if (zone === 'UTC') return 0;
  let format = formats.get(zone);
  if (!format) {
    const fields = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const;
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      calendar: 'iso8601',
      ...fields,
    });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/**
 * The instants of some times of day on one local day, both in milliseconds; `day` is its midnight as if the zone were UTC. The rules
 * for the change of clocks are RFC 5545's (section 3.3.5): a time that the clocks jump over is read by the offset before the jump, so
 * 01:30 happens at 02:30; a time that comes twice is meant the first time.
 */
export function instantsOf(zone: string, day: number, times: readonly number[]): number[] {
  const before = zoneOffset(zone, day - DAY_MS);
  const after = zoneOffset(zone, day + 2 * DAY_MS);
  if (before === after) return times.map((time) => day + time - before);
  return times.map((time) => {
    const early = day + time - before;
    const late = day + time - after;
    const [isEarly, isLate] = [
      zoneOffset(zone, early) === before,
      zoneOffset(zone, late) === after,
    ];
    return isEarly && isLate ? Math.min(early, late) : isLate ? late : early;
  });
}
