import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidRequest } from '../platform/errors.ts';
import { BOOK_FILES } from './columns.ts';
import type { FileReport } from './load-report.ts';
import { type LoanRows, loanRows, type RawFields, row } from './random-book/loan-rows.ts';
import { makeUpLoan } from './random-book/made-up-loan.ts';
import { makeUpPayments } from './random-book/made-up-payments.ts';
import { PLACES, type Place } from './random-book/places.ts';
import { QUIRKS } from './random-book/quirks.ts';
import { type Random, seededRandom } from './random-book/random.ts';
import { type RawFile, rawFile } from './random-book/raw-file.ts';

export interface GenerateOptions {
  loans: number;
  /** 0 to 4294967295. */
  seed: number;
  progress?: (loans: number) => void;
}

export interface GeneratedBook {
  /** What a load of the folder has to report. */
  files: FileReport[];
  /** How often each quirk was put in. */
  quirks: Record<string, number>;
}

type Sheet = { out: RawFile; report: FileReport };
type Book = Record<string, Sheet>;

/** Of so many loans each quirk is in one, so that 200 loans hold every quirk a few times. */
const QUIRK_CYCLE = 40;

/**
 * Writes a random loan book into an empty or new folder, as the lender's raw files: all seven, quirks included. The same number and
 * seed give the same bytes anywhere. Memory stays flat. Throws InvalidRequest when the folder holds anything.
 */
export async function generateLoanBook(
  dir: string,
  { loans, seed, progress }: GenerateOptions,
): Promise<GeneratedBook> {
  await mkdir(dir, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new InvalidRequest(
      `${dir} cannot be made (${cause.code}): name a new folder for the made-up book`,
      { cause },
    );
  });
  if ((await readdir(dir)).length > 0)
    throw new InvalidRequest(`${dir} is not empty: name a new folder for the made-up book`);
  const book: Book = {};
  for (const { file, columns } of BOOK_FILES) {
    const headers = [...new Set(columns.map(({ header }) => header))].join(',');
    const out = rawFile(join(dir, file), file === 'borrower.csv' ? `\ufeff${headers}` : headers);
    book[file] = {
      out,
      report: { file, read: 0, loaded: 0, repaired: 0, duplicates: 0, rejected: 0 },
    };
  }
  const sheets = Object.values(book);
  for (const { branchId, branch, currency } of PLACES)
    add(book, 'branch.csv', [row(branchId, branch, currency)]);

  const quirks: Record<string, number> = Object.fromEntries(
    Object.keys(QUIRKS).map((name) => [name, 0]),
  );
  const random = seededRandom(seed);
  let borrowers = 0;
  for (let number = 1; number <= loans; number++) {
    const [name, makeQuirk] = Object.entries(QUIRKS)[number % QUIRK_CYCLE] ?? [];
    const isNew = makeQuirk !== undefined || borrowers === 0 || random.chance(70);
    const borrower = isNew ? ++borrowers : random.between(1, borrowers);
    const place = random.of(PLACES);
    const rows = makeUpRows(random, { number, place, borrower, isNew });
    makeQuirk?.(rows);
    if (name) quirks[name] = (quirks[name] ?? 0) + 1;

    const loanId = rows.loan[0]?.fields[1] ?? '';
    add(book, 'borrower.csv', rows.borrower);
    if (isNew) add(book, 'borrower_name.csv', [row(borrowerId(borrower), random.of(place.names))]);
    add(book, 'loan.csv', rows.loan);
    add(book, 'payment_schedule.csv', rows.schedule);
    add(book, 'loan_payment.csv', rows.payments);
    add(book, 'loan_branch.csv', [row(loanId, place.branchId)]);
    for (const { out } of sheets) await out.flush();
    if (number % 1000 === 0 || number === loans) progress?.(number);
  }
  for (const { out } of sheets) await out.close();
  return { files: sheets.map(({ report }) => report), quirks };
}

type Numbers = { number: number; place: Place; borrower: number; isNew: boolean };

function makeUpRows(random: Random, { number, place, borrower, isNew }: Numbers): LoanRows {
  const made = makeUpLoan(random, place);
  const rows = loanRows({
    number,
    borrowerId: borrowerId(borrower),
    made,
    payments: makeUpPayments(random, made),
  });
  if (!isNew) return rows;
  const [state, city] = random.of(place.cities);
  const zip = String(random.between(0, 99_999)).padStart(5, '0');
  rows.borrower.push(row(borrowerId(borrower), state, city, zip, String(random.between(0, 9))));
  return rows;
}

function borrowerId(number: number): string {
  return `B${String(number).padStart(7, '0')}`;
}

function add(book: Book, file: string, rows: readonly RawFields[]): void {
  const sheet = book[file];
  if (!sheet) return;
  const { out, report } = sheet;
  for (const { fields, fate } of rows) {
    out.add(fields.join(','));
    report.read++;
    if (fate === 'loaded' || fate === 'repaired') report.loaded++;
    if (fate === 'repaired') report.repaired++;
    if (fate === 'duplicate') report.duplicates++;
    if (fate === 'rejected') report.rejected++;
  }
}
