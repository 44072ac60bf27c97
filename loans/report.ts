import decimal from 'decimal.js-light';
import type { Database } from '../platform/database.ts';
import { query, queryOne, queryRow } from '../platform/sql.ts';
import type { BookFile } from './columns.ts';
import { type BookProblem, listProblems } from './problems.ts';

// CommonJS: Node finds no named exports in it.
const { Decimal } = decimal;

/**
 * What became of the rows of one file: read = loaded + duplicates + ignored + rejected. Repaired
 * and warned rows are loaded rows.
 */
export interface FileReport {
  file: string;
  read: number;
  loaded: number;
  repaired: number;
  warned: number;
  duplicates: number;
  ignored: number;
  rejected: number;
}

/** A limit of the book that every report states; the codes are those of loan_book.notes. */
interface BookNote {
  code: string;
  count?: number;
  amount?: string;
  /** The first of the loans that it counts. */
  loan_ids?: string[];
  files?: Record<string, number>;
  loans?: number;
}

type Outcome = 'loaded' | 'refused' | 'dry_run' | 'declined';

export interface LoadReport {
  outcome: Outcome;
  /** Why it was refused; null otherwise. */
  refusal: string | null;
  source: string;
  /** The book that was loaded before; null when there was none. */
  replaces: { source: string; is_sample: boolean } | null;
  files: FileReport[];
  loans: { before: number; after: number };
  /** Loans that lost a row. */
  affected_loans: number;
  notes: BookNote[];
  /** The first 1000, most urgent first; table rejected_rows holds those of the loaded book. */
  problems: BookProblem[];
  problem_count: number;
}

/** Rejected rows that are acceptable, of each file and of the loans: a number or a share. */
export type AcceptedLoss = { rows: number } | { percent: string };

const MAX_PROBLEMS = 1000;
/** Codes of problems of loans that are notes of the book, and how many loans a note names. */
const NOTED = ['no_schedule', 'schedule_below_principal', 'term_differs'];
const NAMED_LOANS = 10;

/** Counts what the staged rows came to, inside the transaction that loads them. */
export async function reportStaged(
  trx: Database,
  books: readonly BookFile[],
  { source, isSample, tolerance }: { source: string; isSample: boolean; tolerance: string },
): Promise<LoadReport> {
  const files: FileReport[] = [];
  for (const book of books) files.push(await countRows(trx, book));
  const { count, problems } = await listProblems(trx, books, MAX_PROBLEMS);
  const { before, after, affected } = await countLoans(trx);
  const rejected = files.filter((file) => file.rejected > 0);
  const replaces = await queryOne<{ source: string; is_sample: boolean }>(
    trx,
    'select source, is_sample from loan_book',
  );
  const notes: BookNote[] = [];
  if (isSample) notes.push({ code: 'sample' });
  if (new Decimal(tolerance).gt(0)) notes.push({ code: 'tolerance', amount: tolerance });
  if (rejected.length > 0)
    notes.push({
      code: 'rejected_rows',
      count: rejected.reduce((sum, file) => sum + file.rejected, 0),
      files: Object.fromEntries(rejected.map((file) => [file.file, file.rejected])),
      loans: affected,
    });
  notes.push(...(await countNoted(trx)));
  return {
    ...{ outcome: 'loaded', refusal: null, source, replaces, files },
    ...{
      loans: { before, after },
      affected_loans: affected,
      notes,
      problems,
      problem_count: count,
    },
  };
}

function countRows(trx: Database, { file, table }: BookFile): Promise<FileReport> {
  return queryRow<FileReport>(
    trx,
    `select :file as file,
            count(*)::integer as read,
            count(*) filter (where outcome is null)::integer as loaded,
            count(*) filter (where outcome is null
              and marks ~ '(^|\\n)repaired')::integer as repaired,
            count(*) filter (where outcome is null and marks ~ '(^|\\n)warned')::integer as warned,
            count(*) filter (where outcome = 'duplicate')::integer as duplicates,
            count(*) filter (where outcome = 'ignored')::integer as ignored,
            count(*) filter (where outcome = 'rejected')::integer as rejected
     from staged_${table}`,
    { file },
  );
}

function countLoans(trx: Database) {
  return queryRow<{ before: number; after: number; affected: number }>(
    trx,
    `select (select count(*) from loans)::integer as before,
            (select count(*) from staged_loans where outcome is null)::integer as after,
            (select count(distinct loan_id) from (
               select loan_id from staged_loans where outcome = 'rejected'
               union all
               select loan_id from staged_payment_schedule where outcome = 'rejected'
               union all
               select loan_id from staged_loan_payments where outcome = 'rejected'
             ) as lost)::integer as affected`,
  );
}

/** Notes that count loans or rows; those that count nothing are left out. */
async function countNoted(trx: Database): Promise<BookNote[]> {
  const notes = await query<{ code: string; count: number; loan_ids: string[] | null }>(
    trx,
    `select code, count::integer, loan_ids
     from (
       select split_part(mark, e'\\x1f', 2) as code, count(*) as count,
              (array_agg(loan_id order by loan_id))[1:${NAMED_LOANS}] as loan_ids
       from staged_loans, string_to_table(marks, e'\\n') as mark
       where outcome is null and split_part(mark, e'\\x1f', 2) = any(:noted)
       group by 1
       union all
       select 'before_release', sum(rows), null from staged_problems
       where outcome = 'warned' and code = 'before_release'
       union all
       select 'schedule_above_principal', count(*), null
       from staged_loans as loan
       join scheduled_loans using (loan_id)
       where loan.outcome is null and scheduled > loan_amount + 0.01 * number
       union all
       select 'voided_payments', count(*), null from staged_loan_payments
       where outcome is null and status = 'voided'
     ) as noted
     where count > 0
     order by array_position(:noted, code), code`,
    { noted: NOTED },
  );
  return notes.map(({ loan_ids, ...note }) => ({ ...note, ...(loan_ids && { loan_ids }) }));
}

/** One sentence when more rows were rejected than accepted, null when the book may be loaded. */
export function refusalOf(
  { files, affected_loans }: LoadReport,
  accepted: AcceptedLoss,
): string | null {
  const exceeds = (lost: number, of: number) =>
    'rows' in accepted
      ? lost > accepted.rows
      : new Decimal(lost).times(100).gt(new Decimal(accepted.percent).times(of));
  const loans = files.find(({ file }) => file === 'loan.csv')?.read ?? 0;
  const isOver = files.some(({ rejected, read }) => exceeds(rejected, read));
  if (!isOver && !exceeds(affected_loans, loans)) return null;
  const rows = files
    .filter(({ rejected }) => rejected > 0)
    .map(({ file, rejected, read }) => `${rejected} of ${read} rows of ${file}`);
  const most = Math.max(affected_loans, ...files.map(({ rejected }) => rejected));
  return (
    `${rows.join(', ')} rejected, ${affected_loans} of ${loans} loans affected. ` +
    `Correct the files, or accept the loss: --accept-rejected ${most} accepts so many rows of ` +
    'each file and so many loans'
  );
}

/** The report as plain lines: a summary, one line a file, the problems, the summary again. */
export function reportLines(report: LoadReport): string[] {
  const { files, problems, problem_count } = report;
  const widest = Math.max(...files.map(({ file }) => file.length));
  const lines = files.map(({ file, ...counts }) => {
    const { read, loaded, ...others } = counts;
    const rest = Object.entries(others).filter(([, rows]) => rows > 0);
    const parts = [`${read} read`, `${loaded} loaded`, ...rest.map(([what, n]) => `${n} ${what}`)];
    return `${file.padEnd(widest)}  ${parts.join(', ')}`;
  });
  for (const { file, line, loan_id, outcome, reason } of problems) {
    const loan = loan_id === null ? '' : `, loan ${loan_id}`;
    lines.push(`${file}${line > 0 ? ` line ${line}` : ''}${loan}, ${outcome}: ${reason}`);
  }
  const unlisted = problem_count - problems.length;
  if (unlisted > 0) lines.push(`… and ${unlisted} more, all in --rejects FILE and rejected_rows`);
  return [`loan book ${report.source}: ${summaryOf(report)}`, ...lines, lastLineOf(report)].map(
    printable,
  );
}

function summaryOf({ files, loans }: LoadReport): string {
  const sum = (count: 'loaded' | 'repaired' | 'rejected') =>
    files.reduce((total, file) => total + file[count], 0);
  return (
    `${files.length} files, ${sum('loaded')} rows loaded, ${sum('repaired')} repaired, ` +
    `${sum('rejected')} rejected, loans ${loans.before} → ${loans.after}`
  );
}

function lastLineOf(report: LoadReport): string {
  const { outcome, refusal } = report;
  const dryRun = 'dry run: nothing was replaced';
  if (refusal !== null)
    return `${outcome === 'dry_run' ? `${dryRun}; would be ` : ''}refused, nothing was replaced: ${refusal}`;
  if (outcome === 'dry_run') return `${dryRun}: ${summaryOf(report)}`;
  if (outcome === 'declined') return 'not confirmed, nothing was replaced';
  return `loaded: ${summaryOf(report)}`;
}

const MAX_LINE = 1000;

/** Text of the input for a terminal: control and direction characters as escapes, and bounded. */
export function printable(text: string): string {
  const bounded = text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text;
  return bounded.replace(UNPRINTABLE, escapeCharacter);
}

/** JSON for a terminal: it leaves some control characters of its texts as they are. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(UNPRINTABLE, (character) =>
    character === '\n' ? character : escapeCharacter(character),
  );

const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const escapeCharacter = (character: string) =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
