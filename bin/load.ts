import { InvalidArgumentError } from 'commander';
import { defineCommand, openProgressBar } from '../app/command-line.ts';
import { joinPostgres, requirePostgres } from '../app/context.ts';
import { type LocalTask, runLocalTask } from '../app/run.ts';
import { generateLoanBook } from '../loans/generate.ts';
import { loadLoanBook } from '../loans/load.ts';
import { reportLines } from '../loans/report-lines.ts';
import { migrate, openDatabase } from '../platform/database.ts';

interface Options {
  dryRun?: boolean;
  rejects?: string;
  generate?: number;
  seed?: number;
}

const wholeNumber = (least: number, most: number) => (text: string) => {
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number < least || number > most)
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}, got ${text}`);
  return number;
};
const line = defineCommand(
  'load',
  'Replaces the loan book by a folder of raw CSV files, in one transaction; or makes such a folder',
)
  .argument('<dir>', 'the folder')
  .option('--dry-run', 'do everything, report it, and change nothing')
  .option(
    '--rejects <file>',
    'write the rows that are not in the book as CSV: file, line, reason, raw row',
  )
  .option(
    '--generate <loans>',
    'write a random book of so many loans into a new folder instead',
    wholeNumber(1, 1_000_000),
  )
  .option(
    '--seed <number>',
    'with --generate: the same number and seed give the same files (default 1)',
    wholeNumber(0, 4294967295),
  );

await runLocalTask(line, async (task) => {
  const [dir] = line.args as [string];
  const { generate, seed = 1, dryRun = false, rejects } = line.opts<Options>();
  const forLoading = dryRun || rejects !== undefined;
  if (generate === undefined ? line.getOptionValue('seed') !== undefined : forLoading)
    line.error('load: --seed goes with --generate, --dry-run and --rejects do not');
  if (generate !== undefined) await make(task, { dir, loans: generate, seed });
  else await load(task, { dir, dryRun, ...(rejects !== undefined && { rejects }) });
  return 0;
});

async function load(
  task: LocalTask,
  { dir, ...options }: { dir: string; dryRun: boolean; rejects?: string },
): Promise<void> {
  const url = await joinPostgres(task);
  const bar = openProgressBar(task);
  const report = await requirePostgres(url, async () => {
    await migrate(url, task.log);
    const db = openDatabase({ url, name: 'load', deadlines: 'none' });
    task.onClose('database', () => db.destroy());
    return loadLoanBook(db, dir, {
      ...options,
      signal: task.signal,
      progress: ({ file, bytesRead, bytes }) => bar.update(bytesRead, bytes, file),
    });
  }).finally(() => bar.stop());
  if (task.json) task.print(JSON.stringify({ ...report, dry_run: options.dryRun }, null, 2));
  else if (!task.quiet) for (const text of reportLines(report)) task.print(text);
  if (!task.json && options.dryRun) task.print('dry run: the book was left as it was');
}

async function make(
  task: LocalTask,
  { dir, loans, seed }: { dir: string; loans: number; seed: number },
): Promise<void> {
  const bar = openProgressBar(task);
  const progress = (done: number) => bar.update(done, loans, 'loans');
  const made = await generateLoanBook(dir, { loans, seed, progress }).finally(() => bar.stop());
  if (task.json) return task.print(JSON.stringify({ dir, loans, seed, ...made }, null, 2));
  if (task.quiet) return;
  task.print(`random loan book: ${dir}, ${loans} loans, seed ${seed}`);
  for (const { file, read } of made.files) task.print(`${file.padEnd(20)} ${read} rows`);
  for (const [quirk, times] of Object.entries(made.quirks))
    task.print(`${String(times).padStart(6)} × ${quirk}`);
}
