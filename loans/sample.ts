import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { changeBook } from './change-book.ts';
import { BOOK_FILES } from './columns.ts';
import { replaceBook } from './load.ts';
import type { FileReport, LoadReport } from './load-report.ts';

export type Seeded = { seeded: true; report: LoadReport } | { seeded: false; because: string };

const SAMPLE = 'sample';
const SAMPLE_FOLDER = fileURLToPath(new URL('../seeds/loan-book', import.meta.url));

/**
 * Loads the sample loan book into an empty book, or over the sample itself. A book of any other source, or a sample that somebody
 * added rows to, is left as it is, and `because` says what is there.
 */
export function seedLoanBook(db: Knex): Promise<Seeded> {
  return changeBook(db, async (trx) => {
    const because = await whatIsThere(trx);
    if (because) return { seeded: false, because };
    return { seeded: true, report: await replaceBook(trx, SAMPLE_FOLDER, { source: SAMPLE }) };
  });
}

/** Undefined when nothing would be lost. */
async function whatIsThere(trx: Knex.Transaction): Promise<string | undefined> {
  const book = await trx('loan_book').first<{ source: string; files: FileReport[] } | undefined>(
    'source',
    'files',
  );
  if (book && book.source !== SAMPLE && book.source !== SAMPLE_FOLDER)
    return `the book from ${book.source} is loaded; npm run load -- seeds/loan-book puts the sample in its place`;
  const loaded = (file: string) => book?.files.find((report) => report.file === file)?.loaded ?? 0;
  for (const { file, table } of BOOK_FILES) {
    const { rows } = await trx.raw(`select count(*)::integer as count from ${table}`);
    if (rows[0].count > loaded(file)) return `${table} holds rows that are not the sample's`;
  }
  return undefined;
}
