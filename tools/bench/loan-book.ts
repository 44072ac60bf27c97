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
import { type BenchCase, measure, median, quantile } from './case.ts';

const TABLES = [
  'borrowers',
  'loans',
  'payment_schedule',
  'loan_payments',
  'branches',
  'loan_branches',
  'borrower_names',
];
const SUMMARY = readFileSync(new URL('../../sql/loan_summary.sql', import.meta.url), 'utf8')
  .replace(':as_of', "'2021-10-15'")
  .replace(/;\s*$/, '');
const PAIR = [
  'select loan_id, sum(expected_payment_amount) from payment_schedule group by loan_id',
  'select loan_id, sum(amount_paid) from loan_payments group by loan_id',
];
const ROUNDS = 5;

/** `npm run load` beside a bare `copy` of its rows, the summary beside the bare pair of sums. */
export const loanBook: BenchCase = {
  name: 'loan-book',
  about: 'loading a random book of 100,000 loans, and the loan summary of a day',
  run: async ({ quick, say }) => {
    const dir = mkdtempSync(join(tmpdir(), 'fx-bench-'));
    const [ours, bare] = [await testDatabase(), await testDatabase()];
    const [client, bareClient] = [new pg.Client(ours.url), new pg.Client(bare.url)];
    try {
      await Promise.all([client.connect(), bareClient.connect()]);
      say('a random book is written');
      await generateLoanBook(join(dir, 'book'), { loans: quick ? 300 : 100_000, seed: 7 });
      say('it is loaded');
      const { seconds: load, megabytes } = await loaded(ours.url, join(dir, 'book'));
      say('the same rows are copied into the same tables of another database');
      await copyOut(client, dir);
      const [copy, rows] = await measure(() => copyIn(bareClient, dir));
      say('the loan summary and the pair of sums take turns');
      await client.query('vacuum analyze');
      const [summary, pair]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        pair.push((await measure(() => read(client, PAIR)))[0]);
        summary.push((await measure(() => read(client, [SUMMARY])))[0]);
      }
      say('pages and single loans are read as the API reads them');
      const pages = await readAsApi(ours);
      return {
        figures: {
          rows,
          load_rows_per_s: rows / load,
          copy_rows_per_s: rows / copy,
          load_rss_mb: megabytes,
          loan_summary_s: median(summary),
          pair_of_sums_s: median(pair),
          ...pages,
        },
        bounds: [
          { figure: 'load_rows_per_s', beside: 'copy_rows_per_s', atLeast: 0.5 },
          { figure: 'load_rss_mb', atMost: 300 },
          { figure: 'loan_summary_s', beside: 'pair_of_sums_s', atMost: 3 },
          { figure: 'page_of_50_p99_ms', atMost: 50 },
          { figure: 'one_loan_p99_ms', atMost: 50 },
        ],
      };
    } finally {
      await Promise.all([client.end(), bareClient.end()]);
      await Promise.all([ours.drop(), bare.drop()]);
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

const READS = 300;

/** Random pages of 50 and single loans, one after the other, without HTTP. */
async function readAsApi({ db, query }: TestDatabase): Promise<Record<string, number>> {
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

/** From Linux' /proc; 0 once the process is gone, and where there is no such file. */
function peakMegabytes(pid: number): number {
  try {
    return (
      Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
    );
  } catch {
    return 0;
  }
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
