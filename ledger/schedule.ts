import cronParser from 'cron-parser';
import { instantsOf, zoneOffset } from './zoned-time.ts';

/** Cron of 5 fields, or 6 with seconds first, in an IANA zone. */
export interface Schedule {
  readonly cron: string;
  readonly zone: string;
}

const DAY_MS = 86_400_000;
/** From one 29 February to the next but one, when a century's is left out between. */
const LONGEST_DAYS = 8 * 366;

/**
 * A slot is a time of day of the cron on a day of its zone, each once: none is lost and none doubled when the clocks change. What
 * becomes of a time that does not exist, or exists twice, see `instantsOf`. cron-parser reads the expression; it does not count the
 * slots, since it leaves out a midnight that the clocks jump over and takes milliseconds for each.
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
    // A slot of the day before that the clocks have pushed past midnight may be the newer one.
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

/** Every slot after `after` up to and including `until`, oldest first, at most `limit`; none when the clock has gone back behind `after`. */
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

function* slotsAfter({ cron, zone }: Schedule, after: string): Generator<string> {
  const rule = readCron(cron);
  const start = Date.parse(after);
  const first = localDay(zone, start) - DAY_MS;
  let carried: number[] = [];
  let last = start;
  for (let day = first; day < Math.max(first, last) + LONGEST_DAYS * DAY_MS; day += DAY_MS) {
    const [midnight = 0] = instantsOf(zone, day + DAY_MS, [0]);
    const slots = [...carried, ...slotsOfDay(rule, zone, day)].sort((a, b) => a - b);
    // What the clocks have pushed past midnight takes its place among the slots of the next day.
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
  const weekdays = dayOfWeek as readonly number[];
  // Cron's old rule: where both the day of the month and that of the week are restricted, either will do.
  const anyDay =
    days.length >= Math.max(...months.map((of) => new Date(Date.UTC(2024, of, 0)).getUTCDate()));
  const anyWeekday = [0, 1, 2, 3, 4, 5, 6].every((weekday) => weekdays.includes(weekday as never));
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
