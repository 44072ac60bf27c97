import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { BOOK_FILES } from '../../loans/columns.ts';
import type { FileReport } from '../../loans/report.ts';
import { InvalidRequest } from '../../platform/errors.ts';
import { type Fate, type LoanRows, type RawFields, randomLoanRows, row } from './loan.ts';
import { PLACES, type Place } from './places.ts';
import { ACCEPTED_QUIRKS, type Quirk, REJECTED_QUIRKS } from './quirks.ts';
import { type Random, seededRandom } from './random.ts';

export interface GenerateOptions {
  loans: number;
  /** 0 to 4294967295. */
  seed: number;
  /** Also quirks for which a load rejects rows, so that it refuses the book by default. */
  withRejected?: boolean;
  progress?: (loans: number) => void;
}

export interface GeneratedBook {
  /** What a load of the folder reports. */
  files: FileReport[];
  /** How often each quirk is in the book. */
  quirks: Record<string, number>;
}

type Sheet = { out: RawFile; report: FileReport };
type Book = Record<string, Sheet>;

/** Each quirk is in one of so many loans, so that 200 loans hold every quirk a few times. */
const QUIRK_CYCLE = 40;
const COUNTED: Record<Fate, readonly Exclude<keyof FileReport, 'file'>[]> = {
  loaded: ['loaded'],
  repaired: ['loaded', 'repaired'],
  warned: ['loaded', 'warned'],
  duplicate: ['duplicates'],
  ignored: ['ignored'],
  rejected: ['rejected'],
};

/**
 * Writes a random loan book into an empty or new folder, as the lender's raw files: all seven,
 * quirks included. The same number and seed give the same bytes anywhere. Memory stays flat.
 * Throws InvalidRequest when the folder holds anything.
 */
export async function generateLoanBook(
  dir: string,
  { loans, seed, withRejected = false, progress }: GenerateOptions,
): Promise<GeneratedBook> {
  const book = await openSheets(dir);
  const sheets = Object.values(book);
  for (const { branchId, branch, currency } of PLACES)
    addRows(book, 'branch.csv', [row(branchId, branch, currency)]);

  const known: [string, Quirk][] = Object.entries({
    ...ACCEPTED_QUIRKS,
    ...(withRejected ? REJECTED_QUIRKS : {}),
  });
  const quirks = Object.fromEntries(known.map(([name]) => [name, 0]));
  const draw = seededRandom(seed);
  let borrowers = 0;
  for (let number = 1; number <= loans; number++) {
    const [name, makeQuirk] = known[number % QUIRK_CYCLE] ?? [];
    const isNew = makeQuirk !== undefined || borrowers === 0 || draw.chance(70);
    const borrowerId = idOf(isNew ? ++borrowers : draw.between(1, borrowers));
    const place = draw.pick(PLACES);
    const rows = randomLoanRows(draw, place, { number, borrowerId });
    if (isNew) rows.borrower.push(randomBorrower(draw, place, borrowerId));
    makeQuirk?.(rows);
    if (name) quirks[name] = (quirks[name] ?? 0) + 1;
    addLoan(book, rows);
    if (isNew) addRows(book, 'borrower_name.csv', [row(borrowerId, draw.pick(place.names))]);
    for (const { out } of sheets) await out.flush();
    if (number % 1000 === 0 || number === loans) progress?.(number);
  }
  for (const { out } of sheets) await out.close();
  return { files: sheets.map(({ report }) => report), quirks };
}

const idOf = (number: number) => `B${String(number).padStart(7, '0')}`;

async function openSheets(dir: string): Promise<Book> {
  await mkdir(dir, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new InvalidRequest(
      `${dir} cannot be made (${cause.code}): name a new folder for the random book`,
      { cause },
    );
  });
  if ((await readdir(dir)).length > 0)
    throw new InvalidRequest(`${dir} is not empty: name a new folder for the random book`);
  const book: Book = {};
  for (const { file, columns } of BOOK_FILES) {
    const written = columns.filter(({ optional }) => !optional || file === 'branch.csv');
    const headers = [...new Set(written.map(({ header }) => header))].join(',');
    const counts = { read: 0, loaded: 0, repaired: 0, warned: 0, duplicates: 0, ignored: 0 };
    book[file] = {
      out: openRawFile(join(dir, file), file === 'borrower.csv' ? `\ufeff${headers}` : headers),
      report: { file, ...counts, rejected: 0 },
    };
  }
  return book;
}

function randomBorrower(draw: Random, { cities }: Place, borrowerId: string): RawFields {
  const [state, city] = draw.pick(cities);
  const zip = String(draw.between(0, 99_999)).padStart(5, '0');
  return row(borrowerId, state, city, zip, String(draw.between(0, 9)));
}

function addLoan(book: Book, { borrower, loan, schedule, payments, branch }: LoanRows): void {
  addRows(book, 'borrower.csv', borrower);
  addRows(book, 'loan.csv', loan);
  addRows(book, 'payment_schedule.csv', schedule);
  addRows(book, 'loan_payment.csv', payments);
  addRows(book, 'loan_branch.csv', branch);
}

function addRows(book: Book, file: string, rows: readonly RawFields[]): void {
  const sheet = book[file];
  if (!sheet) return;
  const { report } = sheet;
  for (const { fields, fate } of rows) {
    sheet.out.add(fields.join(','));
    report.read++;
    for (const count of COUNTED[fate]) report[count]++;
  }
}

/** One raw file being written as the lender does: header first, CRLF, none after the last row. */
interface RawFile {
  add: (row: string) => void;
  /** Writes what has gathered, waiting while the disk is behind, so that memory stays flat. */
  flush: () => Promise<void>;
  close: () => Promise<void>;
}

const CHUNK = 128 * 1024;

/** Opens a new file; fails when it exists. */
function openRawFile(path: string, header: string): RawFile {
  const out = createWriteStream(path, { flags: 'wx' });
  const ended = finished(out);
  // close() reports a failure; until then it must not count as unhandled.
  ended.catch(() => {});
  let text = header;
  const flush = async () => {
    if (text.length < CHUNK) return;
    const gathered = text;
    text = '';
    if (!out.write(gathered)) await Promise.race([once(out, 'drain'), ended]);
  };
  return {
    add: (row) => {
      text += `\r\n${row}`;
    },
    flush,
    close: async () => {
      out.end(text);
      await ended;
    },
  };
}
