import { InvalidArgumentError } from 'commander';
import { calendarDay } from './calendar-day.ts';

const DAY_MS = 86_400_000;

/** A day (UTC) or an instant of the command line as ISO 8601; with `end` a day means its end. commander reports what is refused. */
export function instantOf(text: string, { end = false } = {}): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const millis = Date.parse(isDay ? `${calendarDay(text)}T00:00:00Z` : text);
  if (Number.isNaN(millis))
    throw new InvalidArgumentError(
      `expected a day such as 2026-01-31 or an instant such as 2026-01-31T23:00:00Z, got ${text}`,
    );
  return new Date(isDay && end ? millis + DAY_MS : millis).toISOString();
}
