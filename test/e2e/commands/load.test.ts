import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { BOOK_FILES } from '../../../loans/columns.ts';
import { loadLoanBook } from '../../../loans/load.ts';
import type { LoadReport } from '../../../loans/load-report.ts';
import { openDatabase } from '../../../platform/database.ts';
import { classify } from '../../../platform/faults.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { command } from '../../support/process.ts';

const SAMPLE = fileURLToPath(new URL('../../../seeds/loan-book', import.meta.url));
const TABLES = [...BOOK_FILES.map(({ table }) => table), 'rejected_rows', 'loan_book'];

describe('npm run load', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let dir: string;
  before(async () => {
    database = await testDatabase();
  });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fx-load-'));
    cpSync(SAMPLE, dir, { recursive: true });
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  after(() => database.drop());

  /** What a person sees: exit code and words, never a stack. */
  async function load(...args: string[]): Promise<{ code: number | null; said: string }> {
    const started = command('load', { DATABASE_URL: database.url, LOG_LEVEL: 'error' }, args);
    const code = await started.exited;
    expect(started.output(), 'no stack').to.not.match(/\n\s+at /);
    return { code, said: started.output() };
  }
  /** Every row of every table of the book, as text, and when it was loaded. */
  async function contents(): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    for (const table of TABLES) {
      const rows = await database.query<{ row: string }>(
        `select t::text as row from ${table} as t order by 1`,
      );
      found[table] = rows.map(({ row }) => row);
    }
    return found;
  }
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail('nothing failed'),
      (thrown: Error) => thrown,
    );
  const put = (file: string, text: string | Buffer) => writeFileSync(join(dir, file), text);
  const append = (file: string, ...rows: string[]) =>
    put(file, [readFileSync(join(dir, file), 'utf8'), ...rows].join('\r\n'));

  it('replaces the whole book and prints the report', async () => {
    const { code, said } = await load(dir);
    expect(code).to.equal(0);
    expect(said).to.match(/^loan book: .*\nborrower\.csv +2 read, 2 loaded, 1 repaired/);
    expect((await contents())['loans']).to.have.length(4);
    for (const file of ['branch.csv', 'loan_branch.csv', 'borrower_name.csv'])
      rmSync(join(dir, file));
    expect((await load(dir, '--quiet')).said).to.equal('');
    expect(await contents()).to.deep.include({
      branches: [],
      loan_branches: [],
      borrower_names: [],
    });
  });

  it('shows a waiting report the old book or the new one, never an empty one', async () => {
    await loadLoanBook(database.db, SAMPLE);
    const commit = await holdCommits();
    const loading = loadLoanBook(database.db, dir);
    await waitForLocks('Lock', 'advisory', 1);
    const report = (...args: string[]) =>
      command('report', { DATABASE_URL: database.url, LOG_LEVEL: 'error' }, [
        ...['loans', '--as-of', '2021-10-15', '--format', 'json'],
        ...args,
      ]);
    const reports = [report(), report('--in', 'USD')];
    await waitForLocks('Lock', 'relation', reports.length);
    await commit();
    await loading;
    for (const { exited, output } of reports) {
      expect(await exited, output()).to.equal(0);
      expect(JSON.parse(output())).to.have.length(4);
    }
  });

  /** Holds every load just before its commit until the returned function is called. */
  async function holdCommits(): Promise<() => Promise<void>> {
    await database.query(`
      create function hold_commit() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock(7);
        return null;
      end $$;
      create constraint trigger hold_commit after insert on loan_book
        deferrable initially deferred for each row execute function hold_commit()`);
    const holder = await database.db.transaction();
    await holder.raw('select pg_advisory_xact_lock(7)');
    return async () => {
      await holder.commit();
      await database.query('drop function hold_commit cascade');
    };
  }
  async function waitForLocks(type: string, event: string, count: number): Promise<void> {
    const sql = `select from pg_stat_activity
                 where datname = current_database() and wait_event_type = ? and wait_event = ?`;
    for (const began = Date.now(); ; ) {
      if ((await database.query(sql, [type, event])).length >= count) return;
      if (Date.now() - began > 30_000) throw new Error(`no ${count} sessions wait for ${event}`);
    }
  }

  it('changes no row when the same folder is loaded again', async () => {
    await load(dir);
    const { loan_book: _, ...before } = await contents();
    await load(dir);
    expect(await contents()).to.deep.include(before);
  });

  it('reports the same in a dry run, as JSON too, and changes nothing', async () => {
    await loadLoanBook(database.db, SAMPLE);
    const before = await contents();
    append('loan_payment.csv', 'nobody,P1,01/01/2021,5');
    const tried = JSON.parse((await load(dir, '--dry-run', '--json')).said) as LoadReport;
    expect(await contents()).to.deep.equal(before);
    expect((await load(dir, '--dry-run')).said).to.match(
      /\ndry run: the book was left as it was\n$/,
    );
    const done = JSON.parse((await load(dir, '--json')).said) as LoadReport;
    expect(tried).to.deep.equal({ ...done, dry_run: true });
  });

  it('writes the rows that are not in the book as CSV', async () => {
    append(
      'loan_payment.csv',
      'nobody,P1,01/01/2021,5',
      '"32u09wekjbfje","P,2",02/30/2021,5',
      'x,P3,1,"many, many"',
    );
    const rejects = join(dir, 'rejects.csv');
    expect((await load(dir, '--rejects', rejects)).code).to.equal(0);
    expect(readFileSync(rejects, 'utf8')).to.equal(
      [
        'file,line,reason,raw',
        'loan_payment.csv,86,"unknown loan_id ""nobody""","nobody,P1,01/01/2021,5"',
        'loan_payment.csv,87,"Date_paid ""02/30/2021"" does not exist","""32u09wekjbfje"",""P,2"",02/30/2021,5"',
        'loan_payment.csv,88,"Date_paid ""1"" is not a day (MM/DD/YYYY); Amount_paid ""many, many"" is not a number","x,P3,1,""many, many"""',
        '',
      ].join('\n'),
    );
  });

  it('loads nothing when the rejected rows cannot be written', async () => {
    await load(dir);
    const before = await contents();
    const { code, said } = await load(dir, '--rejects', join(dir, 'nowhere', 'rejects.csv'));
    expect([code, said]).to.deep.equal([
      1,
      `${dir}/nowhere/rejects.csv cannot be written (ENOENT): nothing was loaded\n`,
    ]);
    expect(await contents()).to.deep.equal(before);
  });

  it('keeps the first 1000 rows that were only rounded, says how many more there were, and keeps other repairs', async () => {
    const rows = Array.from({ length: 1500 }, (_, at) => `32u09wekjbfje,P${at},01/01/2021,5.00001`);
    append('loan_payment.csv', ...rows);
    append(
      'payment_schedule.csv',
      ...rows.map((row) => row.replace('P', 'S')),
      '32u09wekjbfje,SX,02/30/2021,5.00001',
    );
    const report = await loadLoanBook(database.db, dir);
    expect(report.files.map(({ repaired }) => repaired).slice(2, 4)).to.deep.equal([1501, 1500]);
    const kept = await database.query(
      'select file, count(*)::integer, max(reason) filter (where line = 1) as note from rejected_rows group by 1 order by 1 offset 2',
    );
    const note = '500 more rows were only rounded to 4 decimals and are not listed';
    expect(kept).to.deep.equal([
      { file: 'loan_payment.csv', count: 1001, note },
      { file: 'payment_schedule.csv', count: 1003, note },
    ]);
  });

  const refused: [what: string, spoil: () => void, message: RegExp][] = [
    [
      'a file is missing',
      () => rmSync(join(dir, 'loan.csv')),
      /^\S+ holds no loan book: loan\.csv: expected a file, found none$/,
    ],
    [
      'a column is missing',
      () => put('loan_payment.csv', 'loan_id(fk),payment_id(pk),Date_paid\r\nL,P,01/01/2021'),
      /: loan_payment\.csv: line 1, expected a column Amount_paid, got loan_id\(fk\), payment_id\(pk\), Date_paid$/,
    ],
    [
      'the delimiter is another',
      () =>
        put('borrower.csv', readFileSync(join(dir, 'borrower.csv'), 'utf8').replaceAll(',', ';')),
      /: borrower\.csv: line 1, column 1: expected commas between the columns, found ";"$/,
    ],
    [
      'a file is binary',
      () => put('loan.csv', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0xff, 0xfe, 44, 0, 10, 0, 0x80])),
      /: loan\.csv: line 1, column 1: expected CSV in UTF-8, found bytes that are no text$/,
    ],
    [
      'a large file is binary and has no line end',
      () => put('loan.csv', Buffer.alloc(1 << 20, Buffer.from([0, 0xff, 0x80, 7]))),
      /^loan\.csv: line 1, column 1: expected CSV in UTF-8, found bytes that are no text$/,
    ],
    [
      'a file has a header and no rows',
      () => put('loan.csv', `${readFileSync(join(dir, 'loan.csv'), 'utf8').split('\r\n')[0]}\r\n`),
      /^loan\.csv: line 2, expected rows below the header, found none$/,
    ],
    [
      'a file is empty',
      () => put('borrower.csv', ''),
      /: borrower\.csv: line 1, expected a column Borrower_Id, got nothing; /,
    ],
    [
      'no row of a file can be read',
      () =>
        put(
          'loan_payment.csv',
          'loan_id(fk),payment_id(pk),Date_paid,Amount_paid\n32u09wekjbfje,P1,2021-01-31,5',
        ),
      /^loan_payment\.csv: no row can be loaded; line 2: Date_paid "2021-01-31" is not a day \(MM\/DD\/YYYY\)$/,
    ],
    [
      'a line is longer than 1 MiB',
      () => append('loan_payment.csv', `32u09wekjbfje,P1,01/01/2021,${'5'.repeat(1 << 20)}`, ''),
      /^loan_payment\.csv: line 86, column 4: a quote is never closed, or the row is longer than 65536 characters$/,
    ],
  ];
  for (const [what, spoil, message] of refused) {
    it(`says so and leaves the old book when ${what}`, async () => {
      await loadLoanBook(database.db, SAMPLE);
      const before = await contents();
      spoil();
      const error = await failure(
        loadLoanBook(database.db, dir, { rejects: join(dir, 'rejects.csv') }),
      );
      expect(error).to.have.property('name', 'InvalidRequest');
      expect(error.message).to.match(message);
      expect(await contents()).to.deep.equal(before);
      expect(
        existsSync(join(dir, 'rejects.csv')) || existsSync(join(dir, 'rejects.csv.part')),
      ).to.equal(false);
    });
  }

  it('says that the folder is not there', async () => {
    const { code, said } = await load(join(dir, 'none'));
    expect([code, said]).to.deep.equal([
      1,
      `${dir}/none: expected a folder with the files of a loan book, found none\n`,
    ]);
  });

  it('says that Postgres cannot be reached', async () => {
    const started = command('load', { DATABASE_URL: 'postgres://fx:x@127.0.0.1:1/none' }, [dir]);
    expect(await started.exited).to.equal(1);
    expect(started.output()).to.match(
      /^Postgres at 127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\): start it, or correct DATABASE_URL\n$/,
    );
  });

  it('tells of the lost connection, not of the rollback that failed after it, and leaves the old book', async () => {
    await loadLoanBook(database.db, SAMPLE);
    const before = await contents();
    const db = openDatabase({ url: database.url, name: 'to be killed', deadlines: 'none' });
    const kill = () =>
      database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'fx-rates to be killed'",
      );
    let killed: Promise<unknown> | undefined;
    const progress = () => {
      killed ??= kill();
    };
    const error = await failure(loadLoanBook(db, dir, { progress }));
    await killed;
    await db.destroy();
    expect(classify(error), error.message).to.equal('outage');
    expect(error.message).to.not.match(/rollback/i);
    expect(await contents()).to.deep.equal(before);
  });

  it('gives up at once when it is told to, and leaves the old book', async () => {
    await loadLoanBook(database.db, SAMPLE);
    const before = await contents();
    const ending = new AbortController();
    const error = await failure(
      loadLoanBook(database.db, dir, { signal: ending.signal, progress: () => ending.abort() }),
    );
    expect(error.message).to.match(/canceling statement due to user request|aborted/);
    expect(await contents()).to.deep.equal(before);
  });

  it('takes no wrong usage', async () => {
    const wrong = [
      [],
      [dir, 'more'],
      ['--generate', '0', dir],
      ['--generate', '5', '--dry-run', dir],
      ['--seed', '1', dir],
    ];
    const codes = await Promise.all(wrong.map(async (args) => (await load(...args)).code));
    expect(codes).to.deep.equal([2, 2, 2, 2, 2]);
    expect((await load('--help')).said).to.match(/--rejects <file>/);
  });

  it('makes a random book without Postgres', async () => {
    const started = command('load', { DATABASE_URL: 'postgres://fx:x@127.0.0.1:1/none' }, [
      '--generate',
      '40',
      join(dir, 'new'),
      '--json',
    ]);
    expect(await started.exited).to.equal(0);
    expect(JSON.parse(started.output())).to.include({ loans: 40, seed: 1 });
    expect((await load(join(dir, 'new'))).code).to.equal(0);
    expect((await contents())['loans']).to.have.length(40);
  });
});
