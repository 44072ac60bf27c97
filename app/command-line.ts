import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import { isCalendarDay } from '../platform/calendar-day.ts';

/** Starts the definition of a command: `--help`, and usage errors that exit with 2. */
export function defineCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .allowExcessArguments(false)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

/** Parses an argument that is a day of the calendar, `2026-01-31`. */
export function parseDay(text: string): string {
  if (!isCalendarDay(text))
    throw new InvalidArgumentError(`use YYYY-MM-DD, for example 2026-01-31; got ${text}`);
  return text;
}

const DAY_MS = 86_400_000;

/** Parses a day (UTC) or an instant into ISO 8601. A day means its start, or its end with `end`. */
export function parseInstant(text: string, { end = false } = {}): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const millis = Date.parse(isDay ? `${parseDay(text)}T00:00:00Z` : text);
  if (Number.isNaN(millis))
    throw new InvalidArgumentError(
      `use a day or an instant, for example 2026-01-31 or 2026-01-31T23:00:00Z; got ${text}`,
    );
  return new Date(isDay && end ? millis + DAY_MS : millis).toISOString();
}

export interface ProgressBar {
  update: (value: number, total: number, what: string) => void;
  stop: () => void;
}

/** Opens a progress bar on stderr; without a terminal, or with `quiet`, it shows nothing. */
export function openProgressBar({ quiet }: { quiet: boolean }): ProgressBar {
  if (quiet || !process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar({
    format: '{bar} {percentage} % {what}',
    // The whole line fits 80 columns: what is beyond the edge of a terminal is not wrapped.
    barsize: 20,
    stream: process.stderr,
    hideCursor: true,
    fps: 5,
  });
  let isStarted = false;
  return {
    update: (value, total, what) => {
      if (!isStarted) bar.start(total, value, { what });
      isStarted = true;
      bar.setTotal(total);
      bar.update(value, { what });
    },
    stop: () => {
      if (isStarted) bar.stop();
    },
  };
}
