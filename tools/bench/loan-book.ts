import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { loanPage, oneLoan } from '../../reports/loans.ts';
import { readBook } from '../../reports/read-book.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { command } from '../../test/support/process.ts';
import { generateLoanBook } from '../random-book/generate.ts';
import {
  type BenchCase,
  growthExponent,
  measure,
  median,
  peakMegabytes,
  quantile,
} from './case.ts';

const TABLES = [
  'borrowers',
  'loans',
  'payment_schedule',
  'loan_payments',
  'branches',
  'loan_branches',
  'borrower_names',
];
const [SUMMARY, PAR] = ['loan_summary', 'par'].map((report) =>
  readFileSync(new URL(`../../sql/${report}.sql`, import.meta.url), 'utf8')
    .replace(':as_of', "'2021-10-15'")
    .replace(/;\s*$/, ''),
) as [string, string];
const PAIR = [
  'select loan_id, sum(expected_payment_amount) from payment_schedule group by loan_id',
  'select loan_id, sum(amount_paid) from loan_payments group by loan_id',
];
const ROUNDS = 5;

/**
 * `npm run load` beside a bare `copy` of its rows, and reports beside the bare pair of sums, for a
 * book and for one of ten times its loans. The larger takes 20 GB of disk. Linux only.
 */
export const loanBook: BenchCase = {
  name: 'loan-book',
  about: 'loading random books of 100,000 and 1 M loans, their loan summary and portfolio at risk',
  run: async ({ quick, say }) => {
    const sizes = quick ? [300, 900] : [100_000, 1_000_000];
    const [small, large] = (await measureInTurn(sizes, say)) as [Book, Book];
    const exponent = (of: 'load_s' | 'loan_summary_s' | 'par_s') =>
      growthExponent([small, large].map((book) => [book.rows, book[of]]));
    return {
      figures: {
        ...Object.fromEntries(
          Object.entries(small).map(([name, value]) => [`small_${name}`, value]),
        ),
        ...Object.fromEntries(
          Object.entries(large).map(([name, value]) => [`large_${name}`, value]),
        ),
        load_exponent: exponent('load_s'),
        loan_summary_exponent: exponent('loan_summary_s'),
        par_exponent: exponent('par_s'),
      },
      bounds: [
        ...['small', 'large'].flatMap((book) => [
          { figure: `${book}_copy_s`, beside: `${book}_load_s`, atLeast: 0.5 },
          { figure: `${book}_load_rss_mb`, atMost: 300 },
          { figure: `${book}_loan_summary_s`, beside: `${book}_pair_of_sums_s`, atMost: 3 },
        ]),
        { figure: 'small_page_of_50_p99_ms', atMost: 50 },
        { figure: 'small_one_loan_p99_ms', atMost: 50 },
        { figure: 'load_exponent', atMost: 1.05 },
        { figure: 'loan_summary_exponent', atMost: 1.05 },
        { figure: 'par_exponent', atMost: 1.05 },
      ],
    };
  },
};

async function measureInTurn(
  sizes: readonly number[],
  say: (text: string) => void,
): Promise<Book[]> {
  const books: Book[] = [];
  for (const loans of sizes)
    books.push(await measureBook(loans, (text) => say(`${loans} loans: ${text}`)));
  return books;
}

type Book = Awaited<ReturnType<typeof measureBook>>;

async function measureBook(loans: number, say: (text: string) => void) {
  const dir = mkdtempSync(join(tmpdir(), 'fx-bench-'));
  const [ours, bare] = [await testDatabase(), await testDatabase()];
  const [client, bareClient] = [new pg.Client(ours.url), new pg.Client(bare.url)];
  try {
    await Promise.all([client.connect(), bareClient.connect()]);
    say('a random book is written');
    await generateLoanBook(join(dir, 'book'), { loans, seed: 7 });
    say('it is loaded');
    const { seconds, megabytes } = await loaded(ours.url, join(dir, 'book'));
    rmSync(join(dir, 'book'), { recursive: true });
    say('the same rows are copied into the same tables of another database');
    await copyOut(client, dir);
    const [copy, rows] = await measure(() => copyIn(bareClient, dir));
    say('the reports and the pair of sums take turns');
    await client.query('vacuum analyze');
    const reports = await measureReports(client);
    say('pages and single loans are read as the API reads them');
    const pages = await readAsApi(ours);
    return { rows, load_s: seconds, copy_s: copy, load_rss_mb: megabytes, ...reports, ...pages };
  } finally {
    await Promise.all([client.end(), bareClient.end()]);
    await Promise.all([ours.drop(), bare.drop()]);
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measureReports(client: pg.Client) {
  const [pair, summary, par]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    pair.push((await measure(() => read(client, PAIR)))[0]);
    summary.push((await measure(() => read(client, [SUMMARY])))[0]);
    par.push((await measure(() => read(client, [PAR])))[0]);
  }
  return { pair_of_sums_s: median(pair), loan_summary_s: median(summary), par_s: median(par) };
}

const READS = 300;

/** Random pages of 50 and single loans, one after the other, without HTTP. */
async function readAsApi({ db, query }: TestDatabase) {
  const asOf = '2021-10-15';
  const ids = await query<{ loan_id: string }>(
    'select loan_id from loans order by random() limit ?',
    [READS],
  );
  const p99 = async (read: (loanId: string) => Promise<unknown>) => {
    const seconds: number[] = [];
    for (const { loan_id } of ids) seconds.push((await measure(() => read(loan_id)))[0]);
    return quantile(seconds, 0.99) * 1000;
  };
  return {
    page_of_50_p99_ms: await p99((after) =>
      readBook(db, (book) => loanPage(book, asOf, { after, limit: 50 })),
    ),
    one_loan_p99_ms: await p99((loanId) => readBook(db, (book) => oneLoan(book, asOf, loanId))),
  };
}

/** The whole command, and the peak memory of its process. */
async function loaded(url: string, dir: string): Promise<{ seconds: number; megabytes: number }> {
  const load = command('load', { DATABASE_URL: url }, [dir, '--quiet']);
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakMegabytes(load.pid));
  }, 50);
  const [seconds, code] = await measure(() => load.exited);
  clearInterval(watch);
  if (code !== 0) throw new Error(`npm run load failed: ${load.output()}`);
  return { seconds, megabytes: peak };
}

async function copyOut(client: pg.Client, dir: string): Promise<void> {
  for (const table of TABLES)
    await pipeline(
      client.query(copyTo(`copy ${table} to stdout (format csv)`)),
      createWriteStream(join(dir, `${table}.csv`)),
    );
}

/** What psql's `\\copy` does, with keys and indexes in place. */
async function copyIn(client: pg.Client, dir: string): Promise<number> {
  let rows = 0;
  for (const table of TABLES) {
    const copy = client.query(copyFrom(`copy ${table} from stdin (format csv)`));
    await pipeline(createReadStream(join(dir, `${table}.csv`)), copy);
    rows += copy.rowCount ?? 0;
  }
  return rows;
}

/** Runs the queries and discards the rows: measures Postgres, not Node. */
async function read(client: pg.Client, queries: readonly string[]): Promise<void> {
  for (const sql of queries) {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    await pipeline(client.query(copyTo(`copy (${sql}) to stdout`)), nowhere);
  }
}
