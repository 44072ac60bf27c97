import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from '../platform/database.ts';
import { queryOne, queryRow } from '../platform/sql.ts';
import { BOOK_FILES } from './columns.ts';
import { changeBook, type LoadOptions, replaceBook } from './load.ts';
import type { FileReport, LoadReport } from './report.ts';

export type Seeded =
  | { seeded: true; report: LoadReport }
  | { seeded: false; because: string; report?: LoadReport };

const SAMPLE = 'sample';
const SAMPLE_FOLDER = fileURLToPath(new URL('../seeds/loan-book', import.meta.url));

/** True for the folder of the sample, however it is written. */
export function isSampleFolder(dir: string): boolean {
  return resolve(dir) === resolve(SAMPLE_FOLDER);
}

/**
 * Loads the sample loan book where no book is loaded, or only the sample. Keeps a book from another
 * folder, and a sample to which rows were added: `because` then says what was found.
 */
export async function seedLoanBook(
  db: Database,
  { folder = SAMPLE_FOLDER, ...options }: Pick<LoadOptions, 'accepted'> & { folder?: string } = {},
): Promise<Seeded> {
  const { found, report } = await changeBook(db, async (trx) => {
    const found = await findOwnData(trx);
    if (found !== null) return { outcome: 'declined', found, report: null };
    const report = await replaceBook(trx, folder, {
      ...{ ...options, source: SAMPLE, isSample: true },
    });
    return { outcome: report.outcome, found, report };
  });
  if (report === null) return { seeded: false, because: found ?? '' };
  if (report.refusal !== null) return { seeded: false, because: report.refusal, report };
  return { seeded: true, report };
}

/** What the sample would overwrite, in words; null if there is nothing to lose. */
async function findOwnData(trx: Database): Promise<string | null> {
  const book = await queryOne<{ source: string; is_sample: boolean; files: FileReport[] }>(
    trx,
    'select source, is_sample, files from loan_book',
  );
  if (book && !book.is_sample && book.source !== SAMPLE_FOLDER)
    return `the book from ${book.source} is loaded; npm run load -- seeds/loan-book replaces it`;
  for (const { file, table } of BOOK_FILES) {
    const { count } = await queryRow<{ count: number }>(
      trx,
      `select count(*)::integer as count from ${table}`,
    );
    const loaded = book?.files.find((report) => report.file === file)?.loaded ?? 0;
    if (count > loaded) return `${table} holds rows that are not the sample's`;
  }
  return null;
}
