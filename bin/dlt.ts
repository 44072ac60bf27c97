import { InvalidArgumentError } from 'commander';
import { type Letter, openLetterBox } from '../api/pipeline/letter-box.ts';
import { defineCommand } from '../app/command-line.ts';
import { runTask } from '../app/run.ts';
import { migrate, openDatabase } from '../platform/database.ts';

interface Asked {
  verb: 'ls' | 'show' | 'redrive' | 'close';
  id: string | null;
}

let asked: Asked | undefined;
const letterId = (text: string) => {
  if (!/^\d{1,18}$/.test(text))
    throw new InvalidArgumentError(`expected the number of a letter, got ${text}`);
  return text;
};
const line = defineCommand(
  'dlt',
  'Dead letters: records that could never become a rate, kept whole with the reason',
);
const verb = (name: Asked['verb'], description: string) =>
  line.command(name).description(description).option('--json', 'print the result as JSON');
verb('ls', 'the open ones, oldest first').action(() => {
  asked = { verb: 'ls', id: null };
});
verb('show', 'one of them with its bytes')
  .argument('<id>', 'its number', letterId)
  .action((id: string) => {
    asked = { verb: 'show', id };
  });
verb('close', 'end one that will never become a rate: it stays as a record and is no longer open')
  .argument('<id>', 'its number', letterId)
  .action((id: string) => {
    asked = { verb: 'close', id };
  });
verb(
  'redrive',
  'have the running consumer try again; what works becomes a rate, and twice adds nothing',
)
  .argument('[id]', 'its number', letterId)
  .option('--all', 'all open ones')
  .action((id: string | undefined, { all = false }: { all?: boolean }) => {
    if ((id === undefined) !== all) line.error('dlt: give the number of a letter, or --all');
    asked = { verb: 'redrive', id: id ?? null };
  });

await runTask(line, async (task) => {
  const { verb: what, id } = asked as Asked;
  await migrate(task.url, task.log);
  const db = openDatabase({ url: task.url, name: 'dlt' });
  task.onClose('database', () => db.destroy());
  const letters = openLetterBox(db);
  const json =
    task.json || line.commands.some((command) => command.opts<{ json?: boolean }>().json);
  const does = {
    ls: () => letters.open(),
    show: () => letters.show(id as string),
    close: () => letters.close(id as string),
    redrive: () => letters.redrive(id),
  };
  const shown = await does[what]();
  if (json) task.print(JSON.stringify(shown));
  else if (!Array.isArray(shown))
    for (const [name, value] of Object.entries(shown))
      task.print(`${name.padEnd(16)} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  else if (shown.length === 0) task.print('no open dead letters');
  else for (const letter of shown) task.print(lineOf(letter));
  return what === 'redrive' && Array.isArray(shown) && shown.some(({ state }) => state === 'open')
    ? 1
    : 0;
});

function lineOf({
  id,
  state,
  topic,
  partition,
  record_offset,
  reason,
  detail,
  redrive_error,
}: Letter): string {
  return `${id.padStart(6)}  ${state.padEnd(8)}  ${topic}/${partition}@${record_offset}  ${redrive_error ?? `${reason}: ${detail}`}`;
}
