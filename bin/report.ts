import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError, Option } from 'commander';
import { defineCommand, parseDay } from '../app/command-line.ts';
import { runTask } from '../app/run.ts';
import { migrate, openDatabase } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { arrearsHistory } from '../reports/arrears-history.ts';
import { asCsv } from '../reports/as-csv.ts';
import { asTable } from '../reports/as-table.ts';
import { asXlsx } from '../reports/as-xlsx.ts';
import { loanSummary } from '../reports/loan-summary.ts';
import { missedPayments } from '../reports/missed-payment.ts';
import { par } from '../reports/par.ts';
import { BASE, ratesOfDay } from '../reports/rates-of-day.ts';
import { readBook } from '../reports/read-book.ts';
import type { Report } from '../reports/report.ts';
import { rollRates } from '../reports/roll-rates.ts';

const REPORTS = ['loans', 'missed', 'par', 'history', 'roll', 'all'] as const;
const FORMATS = ['table', 'csv', 'json', 'xlsx'] as const;
interface Options {
  asOf: string;
  from?: string;
  loan?: string;
  format?: (typeof FORMATS)[number];
  out?: string;
  in?: string;
}

const line = defineCommand(
  'report',
  'The loan book as of the close of a day: loans, missed payments, PAR, a loan day by day, roll rates',
)
  .argument('<report>', REPORTS.join(', '), (text) => {
    if (!REPORTS.some((report) => report === text))
      throw new InvalidArgumentError(`expected one of ${REPORTS.join(', ')}`);
    return text;
  })
  .option(
    '--as-of <day>',
    'YYYY-MM-DD; today (UTC) when left out',
    parseDay,
    new Date().toISOString().slice(0, 10),
  )
  .option('--from <day>', 'roll: the earlier of its two days', parseDay)
  .option('--loan <id>', 'history: which loan')
  .addOption(new Option('--format <format>', 'table when left out').choices(FORMATS))
  .option(
    '--out <file>',
    'write to this file; without it, xlsx goes to output_name.xlsx and the rest to stdout',
  )
  .addOption(
    new Option('--in <currency>', 'totals in this currency too, by the rates of the day').choices([
      BASE,
    ]),
  );

await runTask(line, async (task) => {
  const what = line.processedArgs[0] as (typeof REPORTS)[number];
  const { asOf, from, loan, out, ...asked } = line.opts<Options>();
  const format = asked.format ?? (task.json ? 'json' : 'table');
  if (what === 'history' && loan === undefined) line.error('report: history needs --loan ID');
  if (what === 'roll' && from === undefined) line.error('report: roll needs --from D');
  if (loan !== undefined && what !== 'history' && what !== 'all')
    line.error(`report: --loan goes with history, not with ${what}`);
  if (from !== undefined && what !== 'roll' && what !== 'all')
    line.error(`report: --from goes with roll, not with ${what}`);
  if (task.json && format !== 'json') line.error(`report: --json or --format ${format}, not both`);
  if (from !== undefined && from >= asOf)
    line.error(`report: expected --from before ${asOf}, got ${from}`);
  if (what === 'all' && (format === 'csv' || format === 'json'))
    line.error('report: all goes to a table or to xlsx');
  await migrate(task.url, task.log);
  const db = openDatabase({ url: task.url, name: 'report', deadlines: 'none' });
  task.onClose('database', () => db.destroy());

  const reports = await readBook(db, async (book) => {
    const wanted = (report: Report['name']) => what === report || what === 'all';
    const conversion = asked.in ? { asOf, rates: await ratesOfDay(book, asOf) } : undefined;
    const made: Report[] = [];
    if (wanted('loans')) made.push(await loanSummary(book, asOf, conversion));
    if (wanted('missed')) made.push(await missedPayments(book, asOf, { conversion }));
    if (wanted('par')) made.push(await par(book, asOf, conversion));
    if (wanted('history') && loan !== undefined) made.push(await arrearsHistory(book, asOf, loan));
    if (wanted('roll') && from !== undefined) made.push(await rollRates(book, asOf, from));
    return made;
  });
  for (const note of format === 'csv' || format === 'json'
    ? reports.flatMap(({ notes }) => notes)
    : [])
    task.log.info(note);

  const text =
    format === 'xlsx'
      ? await asXlsx(reports)
      : reports.map((report) => written(report, format)).join('\n');
  const file = out ?? (format === 'xlsx' ? 'output_name.xlsx' : undefined);
  if (file === undefined) await new Promise((done) => process.stdout.write(text, done));
  else {
    await writeFile(file, text).catch((cause: NodeJS.ErrnoException) => {
      throw new InvalidRequest(`${file} cannot be written (${cause.code})`, { cause });
    });
    task.log.info({ file }, 'the report is written');
  }
  return 0;
});

function written(report: Report, format: 'table' | 'csv' | 'json'): string {
  if (format === 'csv') return asCsv(report);
  return format === 'json' ? `${JSON.stringify(report.rows)}\n` : asTable(report);
}
