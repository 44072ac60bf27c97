import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { bookQueries } from '../../../api/loans/queries.ts';
import { BOOK_FILES } from '../../../loans/columns.ts';
import { loadLoanBook } from '../../../loans/load.ts';
import type { LoadReport } from '../../../loans/report.ts';
import { openDatabase } from '../../../platform/database.ts';
import { classify } from '../../../platform/faults.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { command } from '../../support/process.ts';

const SAMPLE = fileURLToPath(new URL('../../../seeds/loan-book', import.meta.url));
/** Both begin a command of the terminal. */
const CONTROLS = ['\u001b', '\u009b'];
const TABLES = [...BOOK_FILES.map(({ table }) => table), 'rejected_rows', 'loan_book'];

describe('npm run load', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let dir: string;
  let root: string;
  before(async () => {
    database = await testDatabase();
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'fx-load-'));
    dir = join(root, 'book');
    cpSync(SAMPLE, dir, { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));
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
    const summary = '7 files, 182 rows loaded, 1 repaired, 0 rejected, loans \\d → 4';
    expect(said).to.match(new RegExp(`^loan book /.*: ${summary}\nborrower\\.csv +2 read`));
    expect(said).to.match(new RegExp(`\nloaded: ${summary}\n$`));
    expect((await contents())['loans']).to.have.length(4);
    for (const file of ['branch.csv', 'loan_branch.csv', 'borrower_name.csv'])
      rmSync(join(dir, file));
    expect((await load(dir, '--yes', '--quiet')).said).to.equal('');
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
        ...['loans', '--as-of', '2021-10-15'],
        ...args,
      ]);
    const reports = [report('--format', 'json'), report('--in', 'USD')];
    await waitForLocks('Lock', 'relation', reports.length);
    const api = bookQueries(database.db, database.db);
    const page = api.page({ asOf: '2021-10-15', after: null, limit: 9, withTotals: false });
    await waitForLocks('Lock', 'relation', reports.length + 1);
    await commit();
    await loading;
    expect((await page).rows).to.have.length(4);
    const loans = database.query<{ loan_id: string }>('select loan_id from loans');
    const ids = (await loans).map(({ loan_id }) => loan_id);
    expect(ids).to.have.length(4);
    for (const { exited, output } of reports) {
      expect(await exited, output()).to.equal(0);
      for (const id of ids) expect(output()).to.include(id);
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
    await load(dir, '--yes');
    const { loan_book: _, ...before } = await contents();
    await load(dir, '--yes');
    expect(await contents()).to.deep.include(before);
  });

  it('reports in a dry run what a load would do, as JSON too, and changes nothing', async () => {
    await loadLoanBook(database.db, SAMPLE);
    const before = await contents();
    append('loan_payment.csv', '32u09wekjbfje,P1,01/01/2022,5.00001');
    const { said } = await load(dir, '--dry-run', '--json');
    expect(await contents()).to.deep.equal(before);
    const tried = JSON.parse(said) as LoadReport;
    const lines = (await load(dir, '--dry-run')).said;
    expect(lines).to.match(/\ndry run: nothing was replaced: 7 files, 183 rows loaded, 2 repaired/);
    const done = JSON.parse((await load(dir, '--yes', '--json')).said) as LoadReport;
    expect(tried).to.deep.equal({ ...done, outcome: 'dry_run', dry_run: true });
  });

  it('refuses rejected rows with exit code 1 and the list of problems', async () => {
    await loadLoanBook(database.db, SAMPLE);
    const before = await contents();
    append('loan_payment.csv', 'x,P1,01/01/2021,5', '\u001b[2J\u009b2J,P2,01/01/2021,5');
    const { said: json } = await load(dir, '--json');
    for (const control of CONTROLS) expect(json).to.not.contain(control);
    for (const option of ['--yes', '--dry-run', '--quiet']) {
      const { code, said } = await load(dir, option);
      expect(code, option).to.equal(1);
      expect(said).to.contain('loan_payment.csv line 86, loan x, rejected: unknown loan_id "x"');
      expect(said).to.match(/refused.*: 2 of 86 rows of loan_payment\.csv rejected, 2 of 4 loans/);
      for (const control of CONTROLS) expect(said).to.not.contain(control);
    }
    expect(await contents()).to.deep.equal(before);
    expect((await load(dir, '--yes', '--accept-rejected', '50%')).code).to.equal(0);
    expect(await contents()).to.not.deep.equal(before);
  });

  it('asks before it replaces a book, but not the sample', async () => {
    await loadLoanBook(database.db, SAMPLE, { source: 'sample', isSample: true });
    expect((await load(dir)).code).to.equal(0);
    const before = await contents();
    expect(await load(dir)).to.deep.equal({
      code: 1,
      said: `not a terminal: pass --yes to replace the book from ${dir} (loans 4 → 4)\n`,
    });
    expect(await contents()).to.deep.equal(before);
    expect(await answerOnTerminal('n')).to.match(/not confirmed, nothing was replaced/);
    expect(await contents()).to.deep.equal(before);
    expect(await answerOnTerminal('y')).to.match(/loaded: 7 files/);
    expect(await contents()).to.not.deep.equal(before);
  });

  /** Runs the load on a terminal, types the answer at its question, returns what it prints. */
  async function answerOnTerminal(answer: string): Promise<string> {
    const words = ['node', '--import', './bin/typescript.mjs', 'bin/load.ts', dir];
    const child = spawn('script', ['-qefc', words.join(' '), '/dev/null'], {
      env: { ...process.env, DATABASE_URL: database.url, LOG_LEVEL: 'error' },
    });
    let printed = '';
    child.stdout.on('data', (text: Buffer) => {
      const isAsked = printed.includes('[y/N]');
      printed += text;
      if (!isAsked && printed.includes('[y/N]')) child.stdin.write(`${answer}\r`);
    });
    await once(child, 'close');
    expect(printed).to.match(/Replace the book from .* \(loans 4 → 4\)\? \[y\/N\]/);
    return printed;
  }

  it('voids a payment that is reversed, so that a report shows it as never received', async () => {
    const header = (file: string) => readFileSync(join(SAMPLE, file), 'utf8').split('\r\n')[0];
    const only = (file: string, ...rows: string[]) =>
      put(file, [header(file), ...rows].join('\r\n'));
    for (const file of ['branch.csv', 'loan_branch.csv', 'borrower_name.csv'])
      rmSync(join(dir, file));
    only('loan.csv', '123fd35,L,09/15/2021,1,1.05,500,0,500,10/15/2021');
    only('payment_schedule.csv', 'L,1,10/15/2021,500');
    only('loan_payment.csv', 'L,1,10/15/2021,500', 'L,2,10/16/2021,-500');
    expect((await load(dir, '--yes')).code).to.equal(0);
    const report = command('report', { DATABASE_URL: database.url }, [
      ...['loans', '--as-of', '2021-10-20', '--format', 'csv'],
      ...['--columns', 'loan_id,paid,days-past-due,status,last_repayment_date'],
    ]);
    expect(await report.exited).to.equal(0);
    expect(report.output()).to.contain('\nL,0.0000,5,in_arrears,\n');
    expect(report.output()).to.contain('Payments voided by a reversal, as if never received: 1.');
  });

  it('passes on how days and amounts are written, and the tolerance', async () => {
    put(
      'loan_payment.csv',
      'loan_id;payment_id;Date_paid;Amount_paid\n32u09wekjbfje;P1;27/02/2021;1.234,56',
    );
    put(
      'loan.csv',
      'Borrower_id;loan_id;Date_of_release;Term;InterestRate;LoanAmount;Downpayment;' +
        'Payment_frequency;Maturity_date\n' +
        '123fd35;32u09wekjbfje;27/01/2021;1;1,05;1.234,57;0;1.234,57;27/02/2021',
    );
    put(
      'payment_schedule.csv',
      'loan_id;schedule_id;Expected_payment_date;Expected_payment_amount\n' +
        '32u09wekjbfje;S1;27/02/2021;1.234,57',
    );
    put('loan_branch.csv', 'loan_id,branch_id\n32u09wekjbfje,1');
    const options = ['--dates', 'dmy', '--decimal', ',', '--tolerance', '0.01', '--yes'];
    expect(await load(dir, ...options, '--quiet')).to.deep.equal({ code: 0, said: '' });
    const due = await database.query(
      'select due_date, amount, date_covered from allocated_instalments',
    );
    expect(due).to.deep.equal([
      { due_date: '2021-02-27', amount: '1234.5700', date_covered: '2021-02-27' },
    ]);
  });

  it('writes the rows that stay out as CSV, refused or not, safe for a spreadsheet', async () => {
    append(
      'loan_payment.csv',
      'nobody,P1,01/01/2021,5',
      '"32u09wekjbfje","P,2",02/30/2021,5',
      '=1+1,P3,1,"many, many"',
      '32u09wekjbfje,P4,1/1/2022,0',
    );
    const rejects = join(root, 'rejects.csv');
    expect((await load(dir, '--rejects', rejects)).code).to.equal(1);
    expect(readFileSync(rejects, 'utf8')).to.equal(
      [
        'file,line,reason,raw',
        'loan_payment.csv,86,"unknown loan_id ""nobody""","nobody,P1,01/01/2021,5"',
        'loan_payment.csv,87,"Date_paid ""02/30/2021"" does not exist",' +
          '"""32u09wekjbfje"",""P,2"",02/30/2021,5"',
        'loan_payment.csv,88,"Date_paid ""1"" is not a day (MM/DD/YYYY); ' +
          'Amount_paid ""many, many"" is not a number","\'=1+1,P3,1,""many, many"""',
        'loan_payment.csv,89,"Amount_paid ""0"" is no payment, ignored",' +
          '"32u09wekjbfje,P4,1/1/2022,0"',
        '',
      ].join('\n'),
    );
  });

  it('never writes rejected rows over a file of the folder, or over a folder', async () => {
    await loadLoanBook(database.db, SAMPLE);
    const before = await contents();
    const loanFile = readFileSync(join(dir, 'loan.csv'), 'utf8');
    symlinkSync(join(dir, 'loan.csv'), join(root, 'symbolic.csv'));
    linkSync(join(dir, 'loan.csv'), join(root, 'hard.csv'));
    symlinkSync(join(root, 'elsewhere.csv'), join(root, 'dangling.csv'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    // What is written first must not go through a link either.
    symlinkSync(join(dir, 'loan.csv'), join(root, 'linked.csv.part'));
    writeFileSync(join(root, 'mine.csv.part'), 'mine');
    rmSync(join(dir, 'branch.csv'));
    const targets: [path: string, said: string][] = [
      [join(dir, 'loan.csv'), 'is a file of the input folder, name another file'],
      [dir, 'is a folder, name a file in it'],
      [join(root, 'symbolic.csv'), 'is a file of the input folder, name another file'],
      [join(root, 'hard.csv'), 'is a file of the input folder, name another file'],
      [join(root, 'pipe'), 'is no regular file'],
      [join(root, 'dangling.csv'), 'is a symbolic link, name the file itself'],
      [join(root, 'linked.csv'), 'linked.csv.part exists already, remove it or name another'],
      [join(root, 'mine.csv'), 'mine.csv.part exists already, remove it or name another file'],
      [join(dir, 'branch.csv'), 'is a file of the input folder, name another file'],
      [join(dir, 'nowhere', 'x.csv'), 'cannot be written (ENOENT): nothing was loaded'],
    ];
    const [first] = targets[0] ?? [''];
    expect((await load(dir, '--yes', '--rejects', first)).code).to.equal(1);
    for (const [rejects, said] of targets) {
      const error = await failure(loadLoanBook(database.db, dir, { rejects }));
      expect(error).to.have.property('name', 'InvalidRequest');
      expect(error.message).to.contain(said);
    }
    expect(readFileSync(join(dir, 'loan.csv'), 'utf8')).to.equal(loanFile);
    expect(readFileSync(join(root, 'mine.csv.part'), 'utf8')).to.equal('mine');
    expect(existsSync(join(root, 'elsewhere.csv'))).to.equal(false);
    expect(await contents()).to.deep.equal(before);
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
        put('borrower.csv', readFileSync(join(dir, 'borrower.csv'), 'utf8').replaceAll(',', '|')),
      /: borrower\.csv: line 1, expected a column Borrower_Id, got Borrower_Id\|State/,
    ],
    [
      'a file is binary',
      () => put('loan.csv', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0xff, 0xfe, 44, 0, 10, 0, 0x80])),
      /^loan\.csv: is a zip archive or an Excel workbook: save the sheet as CSV UTF-8$/,
    ],
    [
      'a large file is binary and has no line end',
      () => put('loan.csv', Buffer.alloc(1 << 20, Buffer.from([0, 0xff, 0x80, 7]))),
      /^loan\.csv: is neither UTF-8 nor UTF-16 text: save as CSV UTF-8$/,
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
          'loan_id(fk),payment_id(pk),Date_paid,Amount_paid\n32u09wekjbfje,P1,31.01.2021,5',
        ),
      /^loan_payment\.csv: no row can be loaded; line 2: Date_paid "31\.01\.2021" is not a day \(MM\/DD\/YYYY\)$/,
    ],
    [
      'a line is longer than 1 MiB',
      () => append('loan_payment.csv', `32u09wekjbfje,P1,01/01/2021,${'5'.repeat(1 << 20)}`, ''),
      /^loan_payment\.csv: line 86: a row is longer than 65536 characters$/,
    ],
  ];
  for (const [what, spoil, message] of refused) {
    it(`says so and leaves the old book when ${what}`, async () => {
      await loadLoanBook(database.db, SAMPLE);
      const before = await contents();
      spoil();
      const rejects = join(root, 'rejects.csv');
      const error = await failure(loadLoanBook(database.db, dir, { rejects }));
      expect(error).to.have.property('name', 'InvalidRequest');
      expect(error.message).to.match(message);
      expect(await contents()).to.deep.equal(before);
      expect(existsSync(rejects) || existsSync(`${rejects}.part`)).to.equal(false);
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

  it('reports the lost connection, not the failed rollback, and leaves the old book', async () => {
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

  it('stops at once when it is cancelled, and leaves the old book', async () => {
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
      ['--dates', 'ymd', dir],
      ['--decimal', ';', dir],
      ['--tolerance', 'little', dir],
      ['--accept-rejected', 'all', dir],
    ];
    const codes = await Promise.all(wrong.map(async (args) => (await load(...args)).code));
    expect(codes).to.deep.equal(wrong.map(() => 2));
    expect((await load('--help')).said).to.match(/--rejects <file>/);
    const seed = command('seed', {}, ['--accept-rejected', 'all']);
    expect([await seed.exited, seed.output()]).to.deep.equal([
      2,
      "error: option '--accept-rejected <N|P%>' argument 'all' is invalid. " +
        'expected a number of rows like 5 or a share like 2%, got all\n',
    ]);
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
    expect((await load(join(dir, 'new'), '--yes')).code).to.equal(0);
    expect((await contents())['loans']).to.have.length(40);
  });
});
