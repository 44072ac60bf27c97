import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { defineCommand, parseDay } from '../app/command-line.ts';
import { openTaskDatabase } from '../app/postgres.ts';
import { runTask } from '../app/run.ts';
import type { Database } from '../platform/database.ts';
import { historyReport, missedReport } from '../reports/arrears.ts';
import { asCsv, asTable } from '../reports/as-text.ts';
import { asXlsx } from '../reports/as-xlsx.ts';
import { BASE, readConversion } from '../reports/conversion.ts';
import { nameFilter } from '../reports/loan-filter.ts';
import { LOAN_STATUSES, loanReport, parseColumns, parseOrder } from '../reports/loans.ts';
import { parReport, rollReport } from '../reports/portfolio.ts';
import { type QualityReport, qualityReport } from '../reports/quality.ts';
import { readBook } from '../reports/read-book.ts';
import { batchesOf, fileNameOf, type LongReport, type Report } from '../reports/report.ts';
import { saveReport } from '../reports/save-report.ts';

const REPORTS = ['loans', 'missed', 'par', 'history', 'roll', 'all', 'quality'] as const;
type Name = (typeof REPORTS)[number];
type AnyReport = Report | LongReport | QualityReport;
const FORMATS = ['table', 'csv', 'json', 'xlsx'] as const;
const TERMINAL_WIDTH = 120;
const TODAY = new Date().toISOString().slice(0, 10);
/** Which columns a terminal shows first; the rest as far as it is wide enough. */
const PRIORITY: Partial<Record<Name, readonly string[]>> = {
  loans: [
    ...['loan_id', 'status', 'current_days_past_due', 'amount_at_risk', 'outstanding_balance'],
    ...['currency', 'branch', 'borrower_id', 'last_repayment_date'],
  ],
  missed: [
    ...['loan_id', 'due_date', 'amount_missed', 'amount_unpaid', 'date_cleared', 'days_late'],
    ...['status', 'currency', 'schedule_id', 'instalment_number'],
  ],
  par: [
    ...['scope', 'measure', 'loans', 'outstanding_balance', 'by_outstanding', 'amount_at_risk'],
    ...['currency', 'branch', 'by_principal', 'by_arrears'],
  ],
  quality: [
    ...['rate_date', 'currency', 'rate', 'source', 'second_rate', 'second_source', 'difference'],
    ...['diverges', 'suspect', 'observed_at'],
  ],
};
/** Options that only some reports use. */
const ONLY_FOR: Readonly<Record<string, readonly Name[]>> = {
  loan: ['history', 'all'],
  from: ['roll', 'all', 'quality'],
  to: ['quality'],
  in: ['loans', 'missed', 'par', 'all'],
  status: ['loans'],
  branch: ['loans'],
  currency: ['loans'],
  minDays: ['loans'],
  find: ['loans'],
  sort: ['loans'],
  columns: ['loans'],
};

interface Options {
  asOf: string;
  from?: string;
  to?: string;
  loan?: string;
  format?: (typeof FORMATS)[number];
  out?: string;
  in?: string;
  status?: string;
  branch?: string;
  currency?: string;
  minDays?: number;
  find?: string;
  sort?: string;
  columns?: string;
}

const line = defineCommand(
  'report',
  'Reports of the loan book as of the close of a day, and of the quality of rates',
)
  .argument('<report>', REPORTS.join(', '), (text) => {
    if (!REPORTS.some((report) => report === text))
      throw new InvalidArgumentError(`expected one of ${REPORTS.join(', ')}`);
    return text;
  })
  .option('--as-of <day>', 'YYYY-MM-DD; today (UTC) by default', parseDay, TODAY)
  .option('--from <day>', 'roll: the earlier of its two days; quality: the first day', parseDay)
  .option('--to <day>', 'quality: the last day; today (UTC) by default', parseDay)
  .option('--loan <id>', 'history: which loan')
  .addOption(new Option('--status <status>', 'loans: of this status').choices(LOAN_STATUSES))
  .option('--branch <branch>', 'loans: of the branch with this id or name')
  .option('--currency <code>', 'loans: in this currency')
  .option(
    '--min-days <days>',
    'loans: at least so many days past due; PAR30 is more than 30, so 31',
    parseDays,
  )
  .option('--find <words>', 'loans: these words in the loan, borrower or branch')
  .option('--sort <column>', 'loans: by this column, for example days-past-due or loan_id:desc')
  .option('--columns <list>', 'loans: these columns, separated by commas, or all')
  .addOption(new Option('--format <format>', 'default: as --out ends, else table').choices(FORMATS))
  .option(
    '--out <file>',
    'write to this file; default: stdout, for xlsx a file named by what is in it',
  )
  .addOption(new Option('--in <currency>', 'totals in this currency too').choices([BASE]));

await runTask(line, async (task) => {
  const what = line.processedArgs[0] as Name;
  const options = line.opts<Options>();
  const format = options.format ?? (task.json ? 'json' : (formatOf(options.out) ?? 'table'));
  refuseUselessOptions(line, what, { ...options, format, json: task.json });
  if ((formatOf(options.out) ?? format) !== format)
    task.log.warn(`${options.out} is written as ${format}, which its name does not say`);
  const columns = options.columns === undefined ? undefined : parseColumns(options.columns);
  const db = await openTaskDatabase(task, 'report', { deadlines: 'none' });

  const withTotals = format === 'table' || format === 'xlsx';
  await readBook(db, async (book) => {
    const made = await makeReports(book, what, { ...options, withTotals });
    const reports = columns ? made.map((report) => ({ ...report, columns })) : made;
    const notes = [...new Set(reports.flatMap((report) => report.notes))];
    if (format === 'csv' || format === 'json') for (const note of notes) task.log.info(note);
    const file = options.out ?? (format === 'xlsx' ? nameWorkbook(what, options) : undefined);
    const output =
      format === 'xlsx'
        ? asXlsx(reports)
        : Readable.from(write(reports, format, { notes, fit: columns === undefined }));
    await saveReport(output, file, task);
    if (file !== undefined) task.log.info({ file }, 'report written');
  });
  return 0;
});

/** The format that the ending of a file's name means. */
function formatOf(file = '') {
  const ending = extname(file).toLowerCase();
  return FORMATS.find((format) => format !== 'table' && ending === `.${format}`);
}

/** The old deliverable keeps its name; other workbooks are named by what is in them. */
function nameWorkbook(what: Name, { asOf, loan, from, ...filter }: Options): string {
  const parts = [loan, from, ...nameFilter(filter)];
  const isOld = what === 'all' || (what === 'loans' && parts.every((part) => part === undefined));
  return isOld ? 'output_name.xlsx' : `${fileNameOf(what, asOf, parts)}.xlsx`;
}

/** Exits with 2 and the reason when an option is missing, or would have no effect. */
function refuseUselessOptions(
  command: Command,
  what: Name,
  { format, json, ...options }: Options & { format: string; json: boolean },
): void {
  const refuse = (reason: string) => command.error(`report: ${reason}`);
  for (const [option, reports] of Object.entries(ONLY_FOR)) {
    if (options[option as keyof typeof options] === undefined || reports.includes(what)) continue;
    const flag = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    refuse(`${flag} goes with ${reports.filter((name) => name !== 'all').join(', ')}, not ${what}`);
  }
  const { loan, from, to = TODAY } = options;
  const isQuality = what === 'quality';
  const asOf = isQuality ? to : options.asOf;
  if (what === 'history' && loan === undefined) refuse('history needs --loan ID');
  if ((what === 'roll' || isQuality) && from === undefined) refuse(`${what} needs --from D`);
  if (isQuality && command.getOptionValueSource('asOf') === 'cli')
    refuse('quality has --from and --to, not --as-of');
  if (json && format !== 'json') refuse(`--json or --format ${format}, not both`);
  if (from !== undefined && (from > asOf || (from === asOf && !isQuality)))
    refuse(`expected --from before ${asOf}, got ${from}`);
  const isRows = format === 'csv' || format === 'json';
  if (what === 'all' && isRows) refuse('all is written as a table or xlsx');
  if (options.in !== undefined && isRows && what !== 'par')
    refuse(`--in adds totals, and ${format} has none: use table or xlsx, or the report par`);
}

async function makeReports(
  book: Database,
  what: Name,
  { asOf, from, to = TODAY, loan, withTotals, ...options }: Options & { withTotals: boolean },
): Promise<AnyReport[]> {
  if (what === 'quality') return [await qualityReport(book, { from: String(from), to })];
  const order = options.sort === undefined ? undefined : parseOrder(options.sort);
  const { status, branch, currency, minDays, find } = options;
  const filter = { status, branch, currency, minDays, find };
  const isWanted = (report: Name) => what === report || what === 'all';
  const conversion = options.in ? await readConversion(book, asOf) : undefined;
  const reports: AnyReport[] = [];
  if (isWanted('loans'))
    reports.push(await loanReport(book, asOf, { filter, order, withTotals, conversion }));
  if (isWanted('missed')) reports.push(await missedReport(book, asOf, { withTotals, conversion }));
  if (isWanted('par')) reports.push(await parReport(book, asOf, conversion));
  if (isWanted('history') && loan !== undefined)
    reports.push(await historyReport(book, asOf, loan));
  if (isWanted('roll') && from !== undefined) reports.push(await rollReport(book, asOf, from));
  return reports;
}

async function* write(
  reports: readonly AnyReport[],
  format: 'table' | 'csv' | 'json',
  { notes, fit }: { notes: readonly string[]; fit: boolean },
): AsyncGenerator<string> {
  for (const report of reports) {
    if (format === 'csv') yield* asCsv(report);
    else if (format === 'json') yield* asJson(report);
    else {
      const priority = fit ? PRIORITY[report.name] : undefined;
      yield* asTable({ ...report, notes: [] }, priority && { priority, width: TERMINAL_WIDTH });
      yield '\n';
    }
  }
  if (format === 'table') yield `${notes.join('\n')}\n`;
}

async function* asJson({ columns, rows }: AnyReport): AsyncGenerator<string> {
  let separator = '[';
  for await (const batch of batchesOf(rows))
    for (const row of batch) {
      const picked = Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]));
      yield separator + JSON.stringify(picked);
      separator = ',';
    }
  yield separator === '[' ? '[]\n' : ']\n';
}

function parseDays(text: string): number {
  if (!/^\d{1,6}$/.test(text))
    throw new InvalidArgumentError('expected a whole number of days, for example 30');
  return Number(text);
}
