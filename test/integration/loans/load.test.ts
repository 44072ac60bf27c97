import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
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
import { BOOK_FILES } from '../../../loans/columns.ts';
import { loadLoanBook } from '../../../loans/load.ts';
import type { AcceptedLoss } from '../../../loans/report.ts';
import { seedLoanBook } from '../../../loans/sample.ts';
import { payingStatuses } from '../../support/allocated-by-hand.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { seededRandom } from '../../support/random-book.ts';

const SAMPLE = fileURLToPath(new URL('../../../seeds/loan-book', import.meta.url));
const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const TABLES = [...BOOK_FILES.map(({ table }) => table), 'rejected_rows'];

describe('loading a folder as the loan book', () => {
  let database: TestDatabase;
  let dir: string;
  before(async () => {
    database = await testDatabase();
  });
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fx-book-'));
    cpSync(SAMPLE, dir, { recursive: true });
    await seedLoanBook(database.db);
  });
  afterEach(async () => {
    rmSync(dir, { recursive: true });
    await database.query(`truncate ${TABLES.join(', ')}, loan_book`);
  });
  after(() => database.drop());

  /** Every row of every table of the book, as text. */
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
  const append = (file: string, ...rows: string[]) =>
    writeFileSync(join(dir, file), [readFileSync(join(dir, file), 'utf8'), ...rows].join('\r\n'));
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail('nothing failed'),
      (thrown: Error) => thrown,
    );

  it('replaces the whole book, also what the folder does not bring', async () => {
    for (const file of ['branch.csv', 'loan_branch.csv', 'borrower_name.csv'])
      rmSync(join(dir, file));
    const { source, files } = await loadLoanBook(database.db, dir);
    expect(source).to.equal(dir);
    expect(files.map(({ file }) => file)).to.deep.equal([
      'borrower.csv',
      'loan.csv',
      'payment_schedule.csv',
      'loan_payment.csv',
    ]);
    expect(await contents()).to.deep.include({
      branches: [],
      loan_branches: [],
      borrower_names: [],
    });
  });

  it('gives the same rows when loaded twice', async () => {
    append(
      'loan_payment.csv',
      '32u09wekjbfje,P1,01/31/2021,5.00001',
      '32u09wekjbfje,P2,1/1/2022,0',
    );
    await loadLoanBook(database.db, dir);
    const before = await contents();
    await loadLoanBook(database.db, dir);
    expect(await contents()).to.deep.equal(before);
  });

  it('leaves the keys and indexes of the tables as they were', async () => {
    const keys = async () => [
      ...(await database.query(
        `select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
         from pg_constraint order by 1, 2`,
      )),
      ...(await database.query(
        "select indexdef from pg_indexes where schemaname = 'public' order by 1",
      )),
    ];
    const before = await keys();
    await loadLoanBook(database.db, dir);
    expect(await keys()).to.deep.equal(before);
  });

  it('keeps one of equal rows, the first of one id, and no row of an unknown loan', async () => {
    append(
      'loan_payment.csv',
      '32u09wekjbfje,PX,01/01/2022,7',
      ' 32u09wekjbfje , PX,1/1/2022,7.00',
      '32u09wekjbfje,PX,01/02/2022,7',
      'nobody,PX,01/01/2022,7',
      'nobody,PY,01/01/2022,7',
      '32u09wekjbfje,PY,01/01/2022,8',
      '32u09wekjbfje,PZ,01/01/2022,many',
      '32u09wekjbfje,PZ,01/01/2022',
    );
    const { files, problems, affected_loans, notes } = await loadLoanBook(database.db, dir, {
      accepted: { rows: 5 },
    });
    const file = 'loan_payment.csv';
    const counts = { repaired: 0, warned: 0, ignored: 0 };
    expect(files[3]).to.deep.equal({
      ...{ file, read: 92, loaded: 86, ...counts, duplicates: 1, rejected: 5 },
    });
    const found = problems.filter((problem) => problem.file === file);
    expect(
      found.map(({ line, outcome, code, reason }) => [line, outcome, code, reason]),
    ).to.deep.equal([
      [88, 'rejected', 'id_conflict', 'payment_id "PX" is on line 86 with other content'],
      [89, 'rejected', 'unknown_parent', 'unknown loan_id "nobody"'],
      [90, 'rejected', 'unknown_parent', 'unknown loan_id "nobody"'],
      [92, 'rejected', 'bad_amount', 'Amount_paid "many" is not a number'],
      [93, 'rejected', 'field_count', 'expected 4 fields, got 3'],
      [87, 'duplicate', 'duplicate', 'the same row as line 86'],
    ]);
    expect(affected_loans, 'the loan of two rows, and the unknown one').to.equal(2);
    const note = { code: 'rejected_rows', count: 5, files: { [file]: 5 }, loans: 2 };
    expect(notes).to.deep.equal([note]);
    expect(
      await database.query('select notes, affected_loans from loan_book'),
      'kept with the book',
    ).to.deep.equal([{ notes: [note], affected_loans: 2 }]);
    const rows = await database.query(
      `select payment_id, amount_paid, date_paid from loan_payments
       where payment_id in ('PX', 'PY') order by 1`,
    );
    expect(rows).to.deep.equal([
      { payment_id: 'PX', amount_paid: '7.0000', date_paid: '2022-01-01' },
      { payment_id: 'PY', amount_paid: '8.0000', date_paid: '2022-01-01' },
    ]);
    expect(
      await database.query(
        "select raw from rejected_rows where file = 'loan_payment.csv' and line = 87",
      ),
    ).to.deep.equal([{ raw: ' 32u09wekjbfje , PX,1/1/2022,7.00' }]);
  });

  it('rejects with a loan all its children, counted under its problem', async () => {
    append('loan.csv', 'stranger,LX,01/27/2021,1,1.05,100,0,100,02/27/2021');
    append('payment_schedule.csv', 'LX,SX,02/27/2021,100');
    append('loan_branch.csv', 'LX,1');
    append('borrower_name.csv', 'stranger,joe');
    const report = await loadLoanBook(database.db, dir);
    expect(report).to.include({ outcome: 'refused', affected_loans: 1 });
    expect(
      report.problems
        .filter(({ outcome }) => outcome === 'rejected')
        .map(({ file, reason }) => [file, reason]),
    ).to.deep.equal([
      [
        'loan.csv',
        'unknown borrower_id "stranger"; with it 1 instalment, 1 row of loan_branch.csv',
      ],
      ['borrower_name.csv', 'unknown borrower_id "stranger"'],
    ]);
  });

  it('refuses a book with one rejected row, keeps the old one and says what to do', async () => {
    const before = await contents();
    append('loan_payment.csv', 'nobody,P1,01/01/2021,5');
    const report = await loadLoanBook(database.db, dir);
    expect(report).to.include({
      outcome: 'refused',
      refusal:
        '1 of 85 rows of loan_payment.csv rejected, 1 of 4 loans affected. ' +
        'Correct the files, or accept the loss: --accept-rejected 1 accepts so many rows of ' +
        'each file and so many loans',
    });
    expect(report.problems[0]).to.include({
      ...{ loan_id: 'nobody', reason: 'unknown loan_id "nobody"' },
    });
    expect(await contents()).to.deep.equal(before);
  });

  it('accepts as many rejected rows and loans as a number or a share says', async () => {
    append('loan_payment.csv', 'x,P1,01/01/2021,5', '32u09wekjbfje,P2,02/30/2021,5');
    const outcome = async (accepted: AcceptedLoss) =>
      (await loadLoanBook(database.db, dir, { accepted })).outcome;
    expect(await outcome({ rows: 1 })).to.equal('refused');
    expect(await outcome({ rows: 2 })).to.equal('loaded');
    expect(await outcome({ percent: '10' }), '2 of 4 loans are 50 %').to.equal('refused');
    expect(await outcome({ percent: '50' })).to.equal('loaded');
  });

  it('counts neither repairs nor warnings nor equal rows as rejected', async () => {
    append(
      'loan_payment.csv',
      '32u09wekjbfje,P1,1/1/2022,5.00001',
      '32u09wekjbfje,P1,1/1/2022,5.00001',
    );
    append('borrower.csv', 'B9,,,,x');
    expect(await loadLoanBook(database.db, dir)).to.include({ outcome: 'loaded' });
  });

  it('lists rejected rows first, then warnings, then repairs', async () => {
    append(
      'loan_payment.csv',
      ...Array.from({ length: 1100 }, (_, at) => `32u09wekjbfje,P${at},1/1/2022,5.00001`),
    );
    append('loan_payment.csv', '32u09wekjbfje,PX,02/30/2021,5', '32u09wekjbfje,PY,01/01/2020,5');
    const { problems } = await loadLoanBook(database.db, dir);
    expect(problems.map(({ outcome, code, rows }) => [outcome, code, rows])).to.deep.equal([
      ['rejected', 'no_such_day', 1],
      ['warned', 'bad_number', 1],
      ['warned', 'before_release', 1],
      ['repaired', 'no_such_day', 1],
      ['repaired', 'rounded', 1100],
    ]);
  });

  it('lists 100 warnings of a kind one by one and counts the rest', async () => {
    append('borrower.csv', ...Array.from({ length: 150 }, (_, at) => `B${at},s,c,1,x`));
    const { files, problem_count, problems } = await loadLoanBook(database.db, dir);
    expect([files[0]?.warned, problem_count]).to.deep.equal([151, 102]);
    expect(problems[100]).to.include({ rows: 51, line: 103 });
    expect(problems[100]?.reason).to.match(/^51 more like it, first borrower_credit_score "x" /);
  });

  it('keeps the tolerance with the book and covers instalments by it', async () => {
    const open = async () =>
      (
        await database.query<{ schedule_id: string }>(
          `select schedule_id from allocated_instalments
           where loan_id = '32u09wekjbfje' and date_covered is null`,
        )
      ).map(({ schedule_id }) => schedule_id);
    append('payment_schedule.csv', '32u09wekjbfje,SX,01/31/2025,5');
    append('loan_payment.csv', '32u09wekjbfje,PX,01/31/2025,4.99');
    await loadLoanBook(database.db, dir);
    const short = await open();
    expect(short).to.include('SX');
    await loadLoanBook(database.db, dir, { tolerance: '0.01' });
    expect(await open()).to.deep.equal(short.filter((id) => id !== 'SX'));
    const [book] = await database.query('select tolerance, notes from loan_book');
    expect(book?.['tolerance']).to.equal('0.0100');
    expect(book?.['notes']).to.deep.include({ code: 'tolerance', amount: '0.01' });
  });

  it('marks a reversal and the payment that it voids, and keeps both rows', async () => {
    append(
      'loan_payment.csv',
      ...['32u09wekjbfje,P1,10/15/2023,500', '32u09wekjbfje,P2,10/15/2023,500'],
      ...['32u09wekjbfje,R1,10/16/2023,-500', '32u09wekjbfje,P3,10/17/2023,500'],
    );
    const { notes } = await loadLoanBook(database.db, dir);
    expect(notes).to.deep.include({ code: 'voided_payments', count: 1 });
    const rows = await database.query(
      `select payment_id, status, voids_payment_id from loan_payments
       where abs(amount_paid) = 500 order by 1`,
    );
    expect(rows).to.deep.equal([
      { payment_id: 'P1', status: 'received', voids_payment_id: null },
      { payment_id: 'P2', status: 'voided', voids_payment_id: null },
      { payment_id: 'P3', status: 'received', voids_payment_id: null },
      { payment_id: 'R1', status: 'reversal', voids_payment_id: 'P2' },
    ]);
  });

  it('pairs reversals as they are paired by hand, whatever their order', async () => {
    const roll = seededRandom(4);
    const drawn = Array.from({ length: 600 }, (_, at) => ({
      ...{ loan: `L${roll(60)}`, id: `P${roll(10)}${at}`, day: `2022-01-1${roll(5)}` },
      amount: `${roll(3) === 0 ? '-' : ''}${roll(2) + 1}00.0000`,
    }));
    append(
      'loan.csv',
      ...Array.from({ length: 60 }, (_, at) => `123fd35,L${at},01/01/2022,1,1,9,0,9,01/02/2022`),
    );
    append(
      'loan_payment.csv',
      ...drawn.map(({ loan, id, day, amount }) => `${loan},${id},${day},${amount}`),
    );
    await loadLoanBook(database.db, dir, { accepted: { percent: '100' } });
    const rows = await database.query<{ id: string; status: string }>(
      `select payment_id as id, status from loan_payments where payment_id like 'P%'
       union all
       select split_part(raw, ',', 2), 'unmatched' from rejected_rows
       where code = 'nothing_to_void'`,
    );
    const expected = Array.from({ length: 60 }, (_, at) => {
      const own = drawn.filter(({ loan }) => loan === `L${at}`);
      return payingStatuses(own).map((status, n) => `${own[n]?.id} ${status}`);
    }).flat();
    expect(rows.map(({ id, status }) => `${id} ${status}`).sort()).to.deep.equal(expected.sort());
    const kinds = new Set(rows.map(({ status }) => status));
    expect([...kinds].sort()).to.deep.equal(['received', 'reversal', 'unmatched', 'voided']);
  });

  it('notes the loans that its instalments do not match', async () => {
    append('loan.csv', '123fd35,L1,01/27/2021,1,1.05,100,0,100,02/27/2021');
    append('loan.csv', '123fd35,L2,01/27/2021,1,1.05,100,0,100,02/27/2021');
    append('loan.csv', '123fd35,L3,01/27/2021,1,1.05,100,0,100,02/27/2021');
    append(
      'payment_schedule.csv',
      'L1,1,02/27/2021,90',
      'L2,1,02/27/2021,50',
      'L2,2,03/27/2021,70',
    );
    const { notes } = await loadLoanBook(database.db, dir);
    expect(notes).to.deep.equal([
      { code: 'no_schedule', count: 1, loan_ids: ['L3'] },
      { code: 'schedule_below_principal', count: 1, loan_ids: ['L1'] },
      { code: 'term_differs', count: 1, loan_ids: ['L2'] },
      { code: 'schedule_above_principal', count: 1 },
    ]);
  });

  it('keeps every repair of a row, and text that COPY would take for its own', async () => {
    append('loan.csv', '123fd35,"L\\N, ""x""\t1",02/30/2021,12,1.05,100.00001,0,100,01/31/2022');
    const { problems } = await loadLoanBook(database.db, dir);
    expect(
      problems
        .filter(({ file, line }) => file === 'loan.csv' && line === 6)
        .map(({ reason }) => reason),
    ).to.deep.equal([
      'no instalments: the loan is in no figure of arrears',
      'Date_of_release "02/30/2021" does not exist, moved to 2021-02-28',
      '1 amount rounded to 4 decimals, first LoanAmount "100.00001" rounded to 100.0000',
    ]);
    expect(await database.query('select loan_id from loans where loan_amount = 100')).to.deep.equal(
      [{ loan_id: 'L\\N, "x"\t1' }],
    );
  });

  it('takes columns in any order, more of them, and branches without a currency', async () => {
    writeFileSync(join(dir, 'branch.csv'), 'note,branch,branch_id\nnew,"Nairobi, CBD",1\n');
    await loadLoanBook(database.db, dir);
    expect(await database.query('select * from branches')).to.deep.equal([
      { branch_id: '1', branch: 'Nairobi, CBD', currency: null },
    ]);
  });

  it('tells how far it is', async () => {
    const done = new Map<string, number>();
    await loadLoanBook(database.db, dir, {
      progress: ({ file, bytesRead, bytes }) => done.set(file, bytesRead / bytes),
    });
    expect([...done]).to.deep.equal(BOOK_FILES.map(({ file }) => [file, 1]));
  });

  describe('and failing', () => {
    it('names every missing file and column before it touches the book', async () => {
      const before = await contents();
      rmSync(join(dir, 'borrower.csv'));
      writeFileSync(join(dir, 'loan_payment.csv'), 'loan,payment_id(pk),Date_paid,Amount_paid\r\n');
      const error = await failure(loadLoanBook(database.db, dir));
      expect(error).to.have.property('name', 'InvalidRequest');
      expect(error.message).to.equal(
        `${dir} holds no loan book: borrower.csv: expected a file, found none; ` +
          'loan_payment.csv: line 1, expected a column loan_id(fk), ' +
          'got loan, payment_id(pk), Date_paid, Amount_paid; did you mean "loan"?',
      );
      expect(await contents()).to.deep.equal(before);
    });

    it('leaves the old book when a file breaks off in a quote', async () => {
      const before = await contents();
      append('loan_payment.csv', '32u09wekjbfje,"P1,01/01/2021,5');
      const error = await failure(loadLoanBook(database.db, dir));
      expect(error).to.have.property('name', 'InvalidRequest');
      expect(error.message).to.match(/^loan_payment\.csv: line 86: a quote is never closed/);
      expect(await contents()).to.deep.equal(before);
    });

    it('leaves the old book when Postgres refuses the new one', async () => {
      const before = await contents();
      await database.query(
        'alter table loan_payments add constraint small check (amount_paid < 2000000)',
      );
      append('loan_payment.csv', '32u09wekjbfje,P1,01/01/2021,2000000');
      const error = await failure(loadLoanBook(database.db, dir));
      await database.query('alter table loan_payments drop constraint small');
      expect(error.message).to.contain('violates check constraint "small"');
      expect(await contents()).to.deep.equal(before);
    });

    const surprises: [what: string, spoil: () => void, message: RegExp][] = [
      [
        'a folder in place of a file',
        () => mkdirSync(join(dir, 'loan.csv')),
        /^loan\.csv: expected a file, found a folder$/,
      ],
      [
        'a symbolic link to itself',
        () => symlinkSync('loan.csv', join(dir, 'loan.csv')),
        /^loan\.csv: cannot be read \(ELOOP\): its symbolic links lead back to themselves$/,
      ],
      [
        'a pipe in place of a file',
        () => execFileSync('mkfifo', [join(dir, 'loan.csv')]),
        /^loan\.csv: expected a file, found no regular file$/,
      ],
      [
        'a symbolic link to nothing',
        () => symlinkSync('nothing.csv', join(dir, 'loan.csv')),
        /^loan\.csv: cannot be read \(ENOENT\): its symbolic link leads nowhere$/,
      ],
      [
        'a symbolic link to nothing in place of an optional file',
        () => {
          cpSync(join(SAMPLE, 'loan.csv'), join(dir, 'loan.csv'));
          rmSync(join(dir, 'branch.csv'));
          symlinkSync('nothing.csv', join(dir, 'branch.csv'));
        },
        /^branch\.csv: cannot be read \(ENOENT\): its symbolic link leads nowhere$/,
      ],
      [
        'another name of a file',
        () => writeFileSync(join(dir, 'Loans.csv'), ''),
        /: loan\.csv: expected a file, found none; did you mean "Loans\.csv"\?$/,
      ],
    ];
    for (const [what, spoil, message] of surprises) {
      it(`says ${what} in one sentence`, async () => {
        const before = await contents();
        rmSync(join(dir, 'loan.csv'));
        spoil();
        const error = await failure(loadLoanBook(database.db, dir));
        expect(error).to.have.property('name', 'InvalidRequest');
        expect(error.message).to.match(message);
        expect(await contents()).to.deep.equal(before);
      });
    }

    it('says that a file may not be read', () => {
      chmodSync(dir, 0o755);
      chmodSync(join(dir, 'loan.csv'), 0);
      // root may read everything: another user tries.
      const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      const { status, stderr } = spawnSync(
        process.execPath,
        ['--import', './bin/typescript.mjs', 'bin/load.ts', dir, '--dry-run'],
        {
          ...{ cwd: PROJECT, encoding: 'utf8', ...user },
          env: { PATH: process.env['PATH'], DATABASE_URL: database.url, LOG_LEVEL: 'error' },
        },
      );
      expect({ status, stderr }).to.deep.equal({
        status: 1,
        stderr: 'loan.csv: cannot be read (EACCES): there is no permission to read it\n',
      });
    });
  });
});
