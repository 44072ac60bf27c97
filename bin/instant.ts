import { InvalidArgumentError } from 'commander';

const DAY_MS = 86_400_000;

/** A day (UTC) or an instant of the command line as ISO 8601; with `end` a day means its end. commander reports what is refused. */
export function instantOf(text: string, { end = false } = {}): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const millis = Date.parse(isDay ? `${text}T00:00:00Z` : text);
  // Date.parse takes 2021-02-30 for 2 March in some forms, so what it read has to be what was written.
  if (Number.isNaN(millis) || (isDay && new Date(millis).toISOString().slice(0, 10) !== text)) {
    throw new InvalidArgumentError(`expected a day such as 2026-01-31 or an instant such as 2026-01-31T23:00:00Z, got ${text}`);
  }
  return new Date(isDay && end ? millis + DAY_MS : millis).toISOString();
}
