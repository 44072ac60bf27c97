import { InvalidArgumentError } from 'commander';

/** Reads a day as the command line takes it: YYYY-MM-DD, and a day that exists. */
export function calendarDay(text: string): string {
  const shaped = /^\d{4}-\d{2}-\d{2}$/.test(text) && !text.startsWith('0000');
  if (!shaped) throw new InvalidArgumentError(`expected a day like 2021-10-15, got ${text}`);
  const day = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text)
    throw new InvalidArgumentError(`expected a day that exists, got ${text}`);
  return text;
}
