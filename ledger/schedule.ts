import cronParser from 'cron-parser';

/** Cron of 5 fields, or 6 with seconds first, in an IANA zone. */
export interface Schedule {
  readonly cron: string;
  readonly zone: string;
}

const DAY_MS = 86_400_000;
/** No budget pays for more slots than these in a day. */
const MOST_SLOTS = 10_000;
/** The longest gap between slots: 29 February, where a century's is left out between two. */
const LONGEST_DAYS = 8 * 366;

/**
 * A slot is a time of day of the cron on a day of its zone, each once, also when the clocks change
 * (see `instantsOf`). cron-parser only parses the expression: as a generator of slots it leaves out
 * a midnight that the clocks jump over, and takes milliseconds for each slot.
 */
interface Cron {
  /** Milliseconds after midnight, ascending. */
  readonly times: readonly number[];
  readonly on: (day: number) => boolean;
}

/** The newest slot at or before `at`. Instants are ISO 8601 in UTC. */
export function latestSlot({ cron, zone }: Schedule, at: string): string {
  const rule = readCron(cron);
  const end = Date.parse(at);
  const today = localDay(zone, end);
  for (let day = today; day > today - LONGEST_DAYS * DAY_MS; day -= DAY_MS) {
    // A slot of the day before that the clocks pushed past midnight may be the newer one.
    const due = [...slotsOfDay(rule, zone, day), ...slotsOfDay(rule, zone, day - DAY_MS)].filter(
      (slot) => slot <= end,
    );
    if (due.length > 0) return iso(due.reduce((newest, slot) => Math.max(newest, slot)));
  }
  throw new Error(`the schedule ${cron} has no slot before ${at}`);
}

/** The first slot after `at`. */
export function nextSlot(schedule: Schedule, at: string): string {
  for (const slot of slotsAfter(schedule, at)) return slot;
  throw new Error(`the schedule ${schedule.cron} has no slot after ${at}`);
}

/** Slots after `after` up to and including `until`, oldest first, at most `limit`. */
export function slotsBetween(
  schedule: Schedule,
  after: string,
  until: string,
  limit = Number.POSITIVE_INFINITY,
): string[] {
  const slots: string[] = [];
  const end = Date.parse(until);
  if (Date.parse(after) >= end) return slots;
  for (const slot of slotsAfter(schedule, after)) {
    if (slots.length >= limit || Date.parse(slot) > end) break;
    slots.push(slot);
  }
  return slots;
}

/**
 * Slots of the UTC day of `at`, at most `limit`: what a day of the schedule costs is counted so.
 */
export function slotsPerDay(schedule: Schedule, at: string, limit = MOST_SLOTS): number {
  const midnight = Date.parse(`${at.slice(0, 10)}T00:00:00Z`);
  const [after, until] = [iso(midnight - 1), iso(midnight + DAY_MS - 1)];
  return slotsBetween(schedule, after, until, limit).length;
}

/** Slots after `now` that are still to come in its UTC day, in which the budget is counted. */
export function slotsLeftToday(schedule: Schedule, now: string): number {
  return slotsBetween(schedule, now, `${now.slice(0, 10)}T23:59:59.999Z`, MOST_SLOTS).length;
}

function* slotsAfter({ cron, zone }: Schedule, after: string): Generator<string> {
  const rule = readCron(cron);
  const start = Date.parse(after);
  const first = localDay(zone, start) - DAY_MS;
  let carried: number[] = [];
  let last = start;
  for (let day = first; day < Math.max(first, last) + LONGEST_DAYS * DAY_MS; day += DAY_MS) {
    const [midnight = 0] = instantsOf(zone, day + DAY_MS, [0]);
    const slots = [...carried, ...slotsOfDay(rule, zone, day)].sort((a, b) => a - b);
    // What the clocks pushed past midnight belongs among the slots of the next day.
    carried = slots.filter((slot) => slot >= midnight);
    for (const slot of slots) {
      if (slot >= midnight || slot <= last) continue;
      last = slot;
      yield iso(slot);
    }
  }
}

function slotsOfDay({ times, on }: Cron, zone: string, day: number): number[] {
  return on(day) ? instantsOf(zone, day, times) : [];
}

/** The midnight, as if the zone were UTC, of the local day that an instant falls on. */
function localDay(zone: string, at: number): number {
  return Math.floor((at + zoneOffset(zone, at)) / DAY_MS) * DAY_MS;
}

function readCron(text: string): Cron {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } =
    cronParser.parseExpression(text).fields;
  const days = dayOfMonth as readonly number[];
  const months = month as readonly number[];
  const weekdays: readonly number[] = dayOfWeek;
  // As in every cron: with both the day of month and the day of week restricted, either matches.
  const anyDay =
    days.length >= Math.max(...months.map((of) => new Date(Date.UTC(2024, of, 0)).getUTCDate()));
  const anyWeekday = [0, 1, 2, 3, 4, 5, 6].every((weekday) => weekdays.includes(weekday));
  const times = hour.flatMap((h) =>
    minute.flatMap((m) => second.map((s) => ((h * 60 + m) * 60 + s) * 1000)),
  );
  return {
    times: times.sort((a, b) => a - b),
    on: (day) => {
      const date = new Date(day);
      if (!months.includes(date.getUTCMonth() + 1)) return false;
      const [byDate, byWeekday] = [
        days.includes(date.getUTCDate()),
        weekdays.includes(date.getUTCDay()),
      ];
      return anyDay ? byWeekday : anyWeekday ? byDate : byDate || byWeekday;
    },
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the clocks of an IANA zone are ahead of UTC at an instant, in milliseconds. */
function zoneOffset(zone: string, at: number): number {
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
 * The instants of some times of day on one local day, in milliseconds; `day` is its midnight as if
 * the zone were UTC. When the clocks change, RFC 5545 (section 3.3.5) decides: a time that they
 * jump over is read by the offset before the jump, so 01:30 happens at 02:30; one that comes twice
 * is meant the first time.
 */
function instantsOf(zone: string, day: number, times: readonly number[]): number[] {
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
