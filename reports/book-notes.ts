import type { Database } from '../platform/database.ts';
import { queryOne, queryRow, sqlFile } from '../platform/sql.ts';

/** A note of the load, as `loan_book.notes` keeps it. */
interface CodedNote {
  readonly code: string;
  readonly count?: number;
  readonly loans?: number;
  readonly files?: Readonly<Record<string, number>>;
  /** The first of the loans that it counts. */
  readonly loan_ids?: readonly string[];
}

/** What a row of a raw file is called, singular and plural. */
const ROW_NAMES: Readonly<Record<string, readonly [string, string]>> = {
  'borrower.csv': ['borrower', 'borrowers'],
  'loan.csv': ['loan', 'loans'],
  'payment_schedule.csv': ['instalment', 'instalments'],
  'loan_payment.csv': ['payment', 'payments'],
};

const loans = (count: number) => (count === 1 ? '1 loan' : `${count} loans`);

/** ` (L1, L2 and 5 more)`; nothing for a book loaded by a version that did not keep the ids. */
function nameLoans({ count, loan_ids }: Required<CodedNote>): string {
  if (loan_ids.length === 0) return '';
  const more = count - loan_ids.length;
  const names = loan_ids.map((id) => id.replace(/\p{Cc}/gu, ' ').slice(0, 40)).join(', ');
  return ` (${names}${more > 0 ? ` and ${more} more` : ''})`;
}

/** The sentence of each code; a code without one is shown as it is. */
const SENTENCES: Readonly<Record<string, (note: Required<CodedNote>) => string>> = {
  sample: () => 'SAMPLE book: the example data of this project, not a real portfolio.',
  rejected_rows: ({ files, loans: affected }) =>
    `${listRows(files)} rejected when this book was loaded; ${loans(affected)} affected.`,
  no_schedule: (note) =>
    `${loans(note.count)} without instalments${nameLoans(note)}: ` +
    'outstanding balance unknown, not in PAR.',
  schedule_below_principal: (note) =>
    `${loans(note.count)} with instalments that add up to less than LoanAmount${nameLoans(note)}.`,
  schedule_above_principal: ({ count }) =>
    `${loans(count)} with interest in the instalments: ` +
    'outstanding_balance includes it, principal_outstanding does not.',
  term_differs: (note) =>
    `${loans(note.count)} with another number of instalments than Term${nameLoans(note)}.`,
  before_release: ({ count }) =>
    `Instalments or payments dated before the release of their loan: ${count}.`,
  voided_payments: ({ count }) => `Payments voided by a reversal, as if never received: ${count}.`,
};

/** The code of the note that says which data of the files is missing. */
const REJECTED = 'rejected_rows';

/** Facts of the loaded book that every report states. */
export interface BookFacts {
  readonly is_sample: boolean;
  /** Decimal text: an instalment short by no more counts as covered. */
  readonly tolerance: string;
}

const BOOK = 'select is_sample, tolerance, notes from loan_book';
const TODAY = `select cast(ledger_now() at time zone 'UTC' as date) as today`;

/** What a report is about: its name, its day, and what it is narrowed down to. */
interface Scope {
  readonly name: string;
  readonly asOf: string;
  readonly conditions?: readonly string[];
}

/** A note as a sentence, with its code for a page that shows it in a place of its own. */
interface BookLimit {
  readonly code: string;
  readonly text: string;
}

/** Reads the facts of the book, and the notes of a report of it: what it is about comes first. */
export async function describeBook(
  db: Database,
  { name, asOf, conditions = [] }: Scope,
): Promise<{ book: BookFacts; notes: readonly string[] }> {
  const { book, limits } = await readLimits(db);
  const { today } = await queryRow<{ today: string }>(db, TODAY);
  const about = [`Report ${name} as of the close of ${asOf}`, ...conditions].join(', ');
  const future =
    `${asOf} lies in the future: ` +
    'the figures are what they would be if nothing were paid until then.';
  const notes = [`${about}.`, ...(asOf > today ? [future] : [])];
  return { book, notes: [...notes, ...limits.map(({ text }) => text)] };
}

async function readLimits(db: Database): Promise<{ book: BookFacts; limits: BookLimit[] }> {
  const found = await queryOne<BookFacts & { notes: readonly CodedNote[] }>(db, BOOK);
  const { notes, ...book } = found ?? { is_sample: false, tolerance: '0.0000', notes: [] };
  const limits = notes
    .filter(({ code }) => code !== 'tolerance')
    .map((note) => ({
      code: note.code,
      text: SENTENCES[note.code]?.(withDefaults(note)) ?? describe(note),
    }));
  limits.push({ code: 'tolerance', text: describeTolerance(book.tolerance) });
  return { book, limits };
}

export interface BookStatus extends BookFacts {
  readonly loaded_at: string | null;
  readonly loans: number;
  /** The newest day up to today on which something was released, fell due or came in. */
  readonly last_activity: string | null;
  /** The newest such day on which loans are open: a page that begins there shows something. */
  readonly opening_day: string | null;
  readonly notes: readonly string[];
  /** The notes with their codes. */
  readonly limits: readonly BookLimit[];
  /** Those of the notes that a page shows as banners. */
  readonly warnings: readonly string[];
}

const OPENING_DAY = sqlFile(import.meta.url, 'sql/opening_day.sql');
const LOADED = `
  select (select loaded_at from loan_book) as loaded_at,
         (select cast(count(*) as integer) from loans) as loans`;

/**
 * Reads what is loaded, and which day to begin with; `today` is YYYY-MM-DD. Finding the day works
 * through the whole book, so it is kept until another book is loaded or the next day.
 */
export function bookStatusReader(): (db: Database, today: string) => Promise<BookStatus> {
  type Days = Pick<BookStatus, 'last_activity' | 'opening_day'>;
  let known: { of: string; days: Days } | undefined;
  return async (db, today) => {
    const { book, limits } = await readLimits(db);
    const loaded = await queryRow<Pick<BookStatus, 'loaded_at' | 'loans'>>(db, LOADED);
    const of = JSON.stringify([loaded, today]);
    if (known?.of !== of) known = { of, days: await queryRow<Days>(db, OPENING_DAY, { today }) };
    const textOf = ({ text }: BookLimit) => text;
    const warnings = limits.filter(({ code }) => code === REJECTED).map(textOf);
    return { ...book, ...loaded, ...known.days, notes: limits.map(textOf), limits, warnings };
  };
}

const withDefaults = (note: CodedNote): Required<CodedNote> => ({
  count: 0,
  loans: 0,
  files: {},
  loan_ids: [],
  ...note,
});

const describe = ({ code, count }: CodedNote) =>
  `${code.replaceAll('_', ' ')}${count === undefined ? '' : `: ${count}`}.`;

function describeTolerance(tolerance: string): string {
  const amount = tolerance.replace(/\.?0+$/, '');
  return amount === '0'
    ? 'Tolerance 0: an instalment counts as covered only when it is paid in full.'
    : `Tolerance ${amount}: an instalment short by no more counts as covered.`;
}

/** `3 instalments and 1 loan were`: the most first. */
function listRows(files: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(files).sort(([, a], [, b]) => b - a);
  const parts = sorted.map(([file, count]) => {
    const [one, many] = ROW_NAMES[file] ?? [`row of ${file}`, `rows of ${file}`];
    return `${count} ${count === 1 ? one : many}`;
  });
  const total = Object.values(files).reduce((sum, count) => sum + count, 0);
  const last = parts.pop() ?? '0 rows';
  const list = parts.length > 0 ? `${parts.join(', ')} and ${last}` : last;
  return `${list} ${total === 1 ? 'was' : 'were'}`;
}
