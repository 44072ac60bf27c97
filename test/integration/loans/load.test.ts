import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { BOOK_FILES } from '../../../loans/columns.ts';
import { loadLoanBook } from '../../../loans/load.ts';
import { seedLoanBook } from '../../../loans/sample.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

const SAMPLE = fileURLToPath(new URL('../../../seeds/loan-book', import.meta.url));
const TABLES = [...BOOK_FILES.map(({ table }) => table), 'rejected_rows'];
const rejected = 'rejected';

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
    append('loan_payment.csv', 'nobody,P1,01/01/2021,5', 'x,P2,02/30/2021,5');
    await loadLoanBook(database.db, dir);
    const before = await contents();
    await loadLoanBook(database.db, dir);
    expect(await contents()).to.deep.equal(before);
  });

  it('leaves the keys and indexes of the tables as they were', async () => {
    const keys = async () => [
      ...(await database.query(
        'select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated from pg_constraint order by 1, 2',
      )),
      ...(await database.query(
        "select indexdef from pg_indexes where schemaname = 'public' order by 1",
      )),
    ];
    const before = await keys();
    await loadLoanBook(database.db, dir);
    expect(await keys()).to.deep.equal(before);
  });

  it('leaves a key alone that a view leans on', async () => {
    await database.query(
      'create view totals as select l.*, count(*) from loans l join loan_payments using (loan_id) group by l.loan_id',
    );
    const { files } = await loadLoanBook(database.db, dir);
    await database.query('drop view totals');
    expect(files[1]).to.include({ file: 'loan.csv', loaded: 4 });
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
    const { files, problems } = await loadLoanBook(database.db, dir);
    const file = 'loan_payment.csv';
    expect(files[3]).to.deep.equal({
      file,
      read: 92,
      loaded: 86,
      repaired: 0,
      duplicates: 1,
      rejected: 5,
    });
    expect(problems.filter((problem) => problem.file === file)).to.deep.equal([
      { file, line: 87, outcome: 'duplicate', reason: 'the same row as line 86' },
      {
        file,
        line: 88,
        outcome: rejected,
        reason: 'payment_id "PX" is on line 86 with other content',
      },
      { file, line: 89, outcome: rejected, reason: 'unknown loan_id "nobody"' },
      { file, line: 90, outcome: rejected, reason: 'unknown loan_id "nobody"' },
      { file, line: 92, outcome: rejected, reason: 'Amount_paid "many" is not a number' },
      { file, line: 93, outcome: rejected, reason: 'expected 4 fields, got 3' },
    ]);
    const rows = await database.query(
      "select payment_id, amount_paid, date_paid from loan_payments where payment_id in ('PX', 'PY') order by 1",
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

  it('sets aside with a loan what hangs on it', async () => {
    append('loan.csv', 'stranger,LX,01/27/2021,12,1.05,100,0,100,01/31/2022');
    append('payment_schedule.csv', 'LX,SX,02/27/2021,100');
    append('loan_branch.csv', 'LX,1');
    append('borrower_name.csv', 'stranger,joe');
    const { problems } = await loadLoanBook(database.db, dir);
    expect(
      problems
        .filter(({ outcome }) => outcome === rejected)
        .map(({ file, reason }) => [file, reason]),
    ).to.deep.equal([
      ['loan.csv', 'unknown borrower_id "stranger"'],
      ['payment_schedule.csv', 'unknown loan_id "LX"'],
      ['loan_branch.csv', 'unknown loan_id "LX"'],
      ['borrower_name.csv', 'unknown borrower_id "stranger"'],
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
      'Date_of_release "02/30/2021" does not exist, moved to 2021-02-28',
      'LoanAmount "100.00001" rounded to 100.0000',
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
      writeFileSync(
        join(dir, 'loan_payment.csv'),
        'loan_id,payment_id(pk),Date_paid,Amount_paid\r\n',
      );
      const error = await failure(loadLoanBook(database.db, dir));
      expect(error).to.have.property('name', 'InvalidRequest');
      expect(error.message).to.equal(
        `${dir} holds no loan book: borrower.csv: expected a file, found none; ` +
          'loan_payment.csv: line 1, expected a column loan_id(fk), got loan_id, payment_id(pk), Date_paid, Amount_paid',
      );
      expect(await contents()).to.deep.equal(before);
    });

    it('leaves the old book when a file breaks off in a quote', async () => {
      const before = await contents();
      append('loan_payment.csv', '32u09wekjbfje,"P1,01/01/2021,5');
      const error = await failure(loadLoanBook(database.db, dir));
      expect(error).to.have.property('name', 'InvalidRequest');
      expect(error.message).to.match(
        /^loan_payment\.csv: line 86, column 2: a quote is never closed/,
      );
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
  });
});
