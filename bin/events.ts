import { hostname, userInfo } from 'node:os';
import { InvalidArgumentError } from 'commander';
import { defineCommand, parseDay } from '../app/command-line.ts';
import { openTaskDatabase } from '../app/postgres.ts';
import { runTask } from '../app/run.ts';
import { type ListedEvent, listEvents, restoreEvent, voidEvent } from '../consumer/corrections.ts';
import type { Database } from '../platform/database.ts';

const MAX_LISTED = 1000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface ListOptions {
  day?: string;
  currency?: string;
}

const program = defineCommand(
  'events',
  'Takes a wrong event out of the rates, and back in; replays keep it out',
);
let work: ((db: Database) => Promise<object | object[]>) | undefined;
const eventId = (text: string) => {
  if (UUID.test(text)) return text;
  throw new InvalidArgumentError('use an event id, for example from npm run events -- ls');
};
const currencyCode = (text: string) => {
  if (/^[A-Za-z]{3}$/.test(text)) return text.toUpperCase();
  throw new InvalidArgumentError(`use a currency code, for example KES, not ${text}`);
};
const nonEmpty = (text: string) => {
  if (text.trim()) return text.trim();
  throw new InvalidArgumentError(
    'say why, for example --reason "decimal point misplaced by the provider"',
  );
};
const person = () => `${userInfo().username}@${hostname()}`;

program
  .command('ls')
  .description('events of a day with their ids, stored and voided; without a day, voided ones')
  .option('--day <day>', 'UTC day of the observation, for example 2026-11-01', parseDay)
  .option('--currency <code>', 'only this quote currency, for example KES', currencyCode)
  .action(({ day = null, currency = null }: { [name in keyof ListOptions]: string | null }) => {
    work = (db) => listEvents(db, { day, quote: currency, limit: MAX_LISTED });
  });
program
  .command('void')
  .description('take one event out of the rates')
  .argument('<id>', 'its event id', eventId)
  .requiredOption('--reason <text>', 'why, for the record', nonEmpty)
  .option('--by <name>', 'who, for the record; default: user@host')
  .action((id: string, { reason, by = person() }: { reason: string; by?: string }) => {
    work = (db) => voidEvent(db, { eventId: id, reason, by });
  });
program
  .command('restore')
  .description('put a voided event back')
  .argument('<id>', 'its event id', eventId)
  .option('--by <name>', 'who, for the record; default: user@host')
  .action((id: string, { by = person() }: { by?: string }) => {
    work = (db) => restoreEvent(db, { eventId: id, by });
  });

await runTask(program, async (task) => {
  const db = await openTaskDatabase(task, 'events', { deadlines: 'none' });
  const result = await work?.(db);
  if (task.json) task.print(JSON.stringify(result));
  else if (Array.isArray(result)) printList(result as ListedEvent[], task.print);
  else
    for (const [name, value] of Object.entries(result ?? {}))
      task.print(`${name.padEnd(16)} ${value ?? ''}`);
  return 0;
});

function printList(events: readonly ListedEvent[], print: (line: string) => void): void {
  if (events.length === 0) print('no events');
  for (const { event_id, state, observed_at, base_currency, quote_currency, mid, source } of events)
    print(
      `${event_id}  ${state}  ${observed_at}  ${base_currency}-${quote_currency} ${mid}  ${source}`,
    );
  if (events.length === MAX_LISTED) print(`only the first ${MAX_LISTED}: use --currency`);
}
