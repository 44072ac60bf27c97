import { InvalidArgumentError } from 'commander';
import { defineCommand } from '../app/command-line.ts';
import { openTaskDatabase } from '../app/postgres.ts';
import { runTask } from '../app/run.ts';
import {
  type DeadLetter,
  type DeadLetterAdmin,
  openDeadLetterAdmin,
} from '../ledger/dead-letters.ts';
import { InvalidRequest } from '../platform/errors.ts';

const MAX_LISTED = 1_000_000;

let work: ((letters: DeadLetterAdmin) => Promise<object | DeadLetter[]>) | undefined;
let isRedrive = false;
const letterId = (text: string) => {
  if (/^\d{1,18}$/.test(text)) return text;
  throw new InvalidArgumentError(`use the number of a dead letter, for example 12, not ${text}`);
};
const program = defineCommand(
  'dlt',
  'Dead letters: records that can never become a rate, kept whole with the reason',
);
const verb = (name: string, description: string) => program.command(name).description(description);
const idsOf = (id: string | undefined, all = false): string[] | null => {
  if ((id === undefined) !== all) program.error('dlt: give the number of a dead letter, or --all');
  return id === undefined ? null : [id];
};
const requireOpen = (letters: DeadLetter[], id: string | undefined): DeadLetter[] => {
  if (id !== undefined && letters.length === 0)
    throw new InvalidRequest(`there is no open dead letter ${id}`);
  return letters;
};

verb('ls', 'list the open ones, oldest first').action(() => {
  work = (letters) => letters.page({ state: 'open', after: null, limit: MAX_LISTED });
});
verb('show', 'show one with its bytes, cause and next step')
  .argument('<id>', 'its number', letterId)
  .action((id: string) => {
    work = (letters) => letters.show(id);
  });
verb('close', 'close one that will never become a rate; it stays as a record')
  .argument('[id]', 'its number', letterId)
  .option('--all', 'all open ones')
  .action((id: string | undefined, { all }: { all?: boolean }) => {
    const ids = idsOf(id, all);
    work = async (letters) => {
      const closed = requireOpen(await letters.close(ids), id);
      return id === undefined ? closed : (closed[0] as DeadLetter);
    };
  });
verb('redrive', 'have the running consumer process it again; safe to repeat')
  .argument('[id]', 'its number', letterId)
  .option('--all', 'all open ones')
  .action((id: string | undefined, { all }: { all?: boolean }) => {
    const ids = idsOf(id, all);
    isRedrive = true;
    work = async (letters) => requireOpen(await letters.redrive(ids), id);
  });

await runTask(program, async (task) => {
  const db = await openTaskDatabase(task, 'dlt');
  const result = (await work?.(openDeadLetterAdmin(db))) ?? [];
  if (task.json) task.print(JSON.stringify(result));
  else if (Array.isArray(result)) {
    if (result.length === 0) task.print('no open dead letters');
    for (const letter of result) task.print(lineOf(letter));
    for (const { id, state, redrive_error: error } of isRedrive ? result : [])
      if (state === 'open')
        task.print(`${id}: still undecodable: ${error}; close it with npm run dlt -- close ${id}`);
  } else {
    for (const [name, value] of Object.entries(result))
      task.print(`${name.padEnd(18)} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  }
  const failed = Array.isArray(result) && result.some(({ state }) => state === 'open');
  return isRedrive && failed ? 1 : 0;
});

function lineOf(letter: DeadLetter): string {
  const { id, state, topic, partition, record_offset, reason, detail, redrive_error } = letter;
  const place = `${topic}/${partition}@${record_offset}`;
  const fault = redrive_error ?? `${reason}: ${detail}`;
  return `${id.padStart(6)}  ${state.padEnd(8)}  ${place}  ${fault}`;
}
