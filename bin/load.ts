import { InvalidArgumentError, Option } from 'commander';
import {
  acceptRejectedOption,
  confirm,
  defineCommand,
  openProgressBar,
} from '../app/command-line.ts';
import { joinPostgres, openTaskDatabase, requirePostgres } from '../app/postgres.ts';
import { type LocalTask, runLocalTask } from '../app/run.ts';
import type { Formats } from '../loans/file-format.ts';
import { type LoadOptions, loadLoanBook } from '../loans/load.ts';
import {
  type AcceptedLoss,
  type LoadReport,
  printable,
  printableJson,
  reportLines,
} from '../loans/report.ts';
import { isSampleFolder } from '../loans/sample.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { generateLoanBook } from '../tools/random-book/generate.ts';

interface Options {
  dryRun?: boolean;
  yes?: boolean;
  dates: Formats['dates'];
  decimal?: '.' | ',';
  tolerance: string;
  acceptRejected?: AcceptedLoss;
  rejects?: string;
  generate?: number;
  seed?: number;
  withRejected?: boolean;
}

const parseWholeNumber = (least: number, most: number) => (text: string) => {
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number < least || number > most)
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}, got ${text}`);
  return number;
};

function parseAmount(text: string): string {
  if (!/^\d{1,9}(\.\d{1,4})?$/.test(text))
    throw new InvalidArgumentError(`expected an amount like 0.01, got ${text}`);
  return text;
}

const line = defineCommand(
  'load',
  'Replaces the loan book by a folder of raw CSV files, or writes a random book to a folder',
)
  .argument('<dir>', 'the folder')
  .option('--dry-run', 'report what a load would do and replace nothing')
  .option('--yes', 'replace the book without asking')
  .addOption(
    new Option('--dates <order>', 'how days are written; ISO days are always read')
      .choices(['mdy', 'dmy', 'iso'])
      .default('mdy'),
  )
  .addOption(
    new Option('--decimal <mark>', 'the decimal mark; without it, the dot').choices(['.', ',']),
  )
  .option(
    '--tolerance <amount>',
    'money missing up to this much counts as paid, for example 0.01',
    parseAmount,
    '0',
  )
  .addOption(acceptRejectedOption())
  .option('--rejects <file>', 'write the rows that stay out as CSV: file, line, reason, raw row')
  .option(
    '--generate <loans>',
    'write a random book of so many loans into a new folder instead',
    parseWholeNumber(1, 1_000_000),
  )
  .option(
    '--seed <number>',
    'with --generate: the same number and seed give the same files (default: 1)',
    parseWholeNumber(0, 4294967295),
  )
  .option('--with-rejected', 'with --generate: also rows that a load rejects');

const ONLY_FOR_LOADING = [
  ...['dryRun', 'yes', 'dates', 'decimal', 'tolerance', 'acceptRejected', 'rejects'],
];
const ONLY_FOR_GENERATING = ['seed', 'withRejected'];

await runLocalTask(line, async (task) => {
  const [dir] = line.args as [string];
  const { generate, seed = 1, withRejected = false, ...options } = line.opts<Options>();
  const given = (name: string) => line.getOptionValueSource(name) === 'cli';
  if (generate === undefined && ONLY_FOR_GENERATING.some(given))
    line.error('load: --seed and --with-rejected go with --generate');
  if (generate !== undefined && ONLY_FOR_LOADING.some(given))
    line.error('load: only --seed and --with-rejected go with --generate');
  if (generate !== undefined)
    return generateBook(task, { dir, loans: generate, seed, withRejected });
  return loadBook(task, dir, options);
});

async function loadBook(task: LocalTask, dir: string, options: Options): Promise<number> {
  const { dryRun = false, yes = false, dates, decimal, acceptRejected, ...others } = options;
  const bar = openProgressBar(task);
  const url = await joinPostgres(task);
  const report = await requirePostgres(url, async () => {
    const db = await openTaskDatabase({ ...task, url }, 'load', { deadlines: 'none' });
    const load: LoadOptions = {
      ...{ ...others, dryRun, formats: { dates, decimal }, isSample: isSampleFolder(dir) },
      ...(acceptRejected && { accepted: acceptRejected }),
      confirm: async (before) => {
        bar.stop();
        return yes || confirmReplacing(before, task.signal);
      },
      signal: task.signal,
      progress: ({ file, bytesRead, bytes }) => bar.update(bytesRead, bytes, file),
    };
    return loadLoanBook(db, dir, load);
  })
    .catch((error: unknown) => {
      throw error instanceof InvalidRequest ? safeForTerminal(error) : error;
    })
    .finally(() => bar.stop());
  const isDone = report.outcome === 'loaded' || report.outcome === 'dry_run';
  const failed = !isDone || report.refusal !== null;
  if (task.json) task.print(printableJson({ ...report, dry_run: dryRun }));
  else if (!task.quiet || failed) for (const text of reportLines(report)) task.print(text);
  return failed ? 1 : 0;
}

/** File names and fields of the input are part of the message. */
function safeForTerminal(error: InvalidRequest): InvalidRequest {
  return new InvalidRequest(printable(error.message), { cause: error });
}

function confirmReplacing({ replaces, loans }: LoadReport, signal: AbortSignal): Promise<boolean> {
  const book = `the book from ${printable(replaces?.source ?? 'elsewhere')}`;
  if (!process.stdin.isTTY)
    throw new InvalidRequest(
      `not a terminal: pass --yes to replace ${book} (loans ${loans.before} → ${loans.after})`,
    );
  return confirm(`Replace ${book} (loans ${loans.before} → ${loans.after})?`, signal);
}

async function generateBook(
  task: LocalTask,
  { dir, ...options }: { dir: string; loans: number; seed: number; withRejected: boolean },
): Promise<number> {
  const bar = openProgressBar(task);
  const { loans, seed } = options;
  const progress = (done: number) => bar.update(done, loans, 'loans');
  const book = await generateLoanBook(dir, { ...options, progress }).finally(() => bar.stop());
  if (task.json) task.print(JSON.stringify({ dir, loans, seed, ...book }, null, 2));
  if (task.json || task.quiet) return 0;
  task.print(`random loan book: ${dir}, ${loans} loans, seed ${seed}`);
  for (const { file, read } of book.files) task.print(`${file.padEnd(20)} ${read} rows`);
  for (const [quirk, times] of Object.entries(book.quirks))
    task.print(`${String(times).padStart(6)} × ${quirk}`);
  return 0;
}
