import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { seedLoanBook } from '../../../loans/sample.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { readWorkbook } from '../../support/workbook.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const TYPESCRIPT = pathToFileURL(join(PROJECT, 'bin/typescript.mjs')).href;
const SAMPLE = readFileSync(join(PROJECT, 'sql/output_name.csv'), 'utf8');

describe('npm run report', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let dir: string;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fx-report-'));
    database = await testDatabase();
    await seedLoanBook(database.db);
  });
  after(async () => {
    rmSync(dir, { recursive: true });
    await database.drop();
  });

  /** Runs it in a folder of its own, with stdout and stderr apart. */
  function report(...args: string[]) {
    const { PATH, HOME } = process.env;
    const started = ['--import', TYPESCRIPT, join(PROJECT, 'bin/report.ts'), ...args];
    const env = { PATH, HOME, TZ: 'Pacific/Apia', DATABASE_URL: database.url };
    const { status, stdout, stderr } = spawnSync(process.execPath, started, {
      cwd: dir,
      env,
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  }

  it('leaves the file as it was when the new one cannot be written to its end', () => {
    const file = join(dir, 'kept.csv');
    const earlier = 'the report of last month\n';
    writeFileSync(file, earlier);
    // A limit of a file's size is met as a full disk is: some rows have been written.
    const command = `ulimit -f 1; exec "${process.execPath}" --import ${TYPESCRIPT} "$@"`;
    const args = ['missed', '--as-of', '2021-10-15', '--quiet', '--out', file];
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', command, 'sh', join(PROJECT, 'bin/report.ts'), ...args],
      { cwd: dir, env: { ...process.env, DATABASE_URL: database.url }, encoding: 'utf8' },
    );
    expect([status, stderr.trim()]).to.deep.equal([1, `${file} cannot be written (EFBIG)`]);
    expect(readFileSync(file, 'utf8')).to.equal(earlier);
    expect(readdirSync(dir).filter((name) => name.includes('.part'))).to.deep.equal([]);
  });

  it('keeps who may read a file that it replaces', () => {
    const file = join(dir, 'private.csv');
    writeFileSync(file, 'the report of last month\n', { mode: 0o600 });
    expect(report('loans', '--as-of', '2021-10-15', '--out', file).code).to.equal(0);
    expect(readFileSync(file, 'utf8')).to.equal(SAMPLE);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it('prints the sample as CSV and nothing else', () => {
    expect(report('loans', '--as-of', '2021-10-15', '--format', 'csv')).to.include({
      code: 0,
      stdout: SAMPLE,
    });
  });

  it('prints JSON as an array of rows, money as text', () => {
    for (const asked of [['--format', 'json'], ['--json']]) {
      const rows = JSON.parse(report('missed', '--as-of', '2021-10-15', ...asked).stdout);
      expect(rows).to.have.length(9);
      expect(rows[0]).to.include({
        amount: '100790.3333',
        instalment_number: 1,
        date_cleared: '2021-03-31',
      });
    }
  });

  it('prints a table by default that fits 120 columns, with totals and notes below', () => {
    const { code, stdout, stderr } = report(
      'loans',
      '--as-of',
      '2021-10-15',
      '--in',
      'USD',
      '--quiet',
    );
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^loan_id +borrower_id/);
    expect(stdout).to.match(/\ntotal KES .* 201580\.6666 /);
    expect(stdout).to.contain('No USD/KES rate of 2021-10-15');
    expect(stdout).to.contain('Tolerance 0: an instalment counts as covered');
    for (const what of ['loans', 'missed', 'par']) {
      const lines = report(what, '--as-of', '2021-10-15').stdout.split('\n');
      const table = lines.slice(
        0,
        lines.findIndex((text) => text.startsWith('Tolerance')),
      );
      expect(Math.max(...table.map((text) => text.length)), what).to.be.within(80, 120);
    }
    const whole = report('loans', '--as-of', '2021-10-15', '--columns', 'all').stdout;
    expect(whole).to.match(/\ntotal KES .* 46994421\.0000/);
  });

  it('lists arrears in one command: filtered, sorted, with the columns that are asked for', () => {
    const asOf = ['loans', '--as-of', '2021-10-15', '--format', 'csv'];
    const columns = ['--columns', 'loan_id,days-past-due'];
    const late = ['--status', 'in_arrears', '--branch', 'kenya', '--currency', 'KES'];
    expect(report(...asOf, ...late, '--min-days', '30', ...columns).stdout).to.equal(
      'loan_id,current_days_past_due\n32u09wekjbfje,49\n',
    );
    const sorted = report(...asOf, '--find', 'john', '--sort', 'outstanding', ...columns);
    expect(sorted.stdout.split('\n').slice(1, 3)).to.deep.equal(['9190i0-nbfb,0', '3240-9rfwb,0']);
    const totals = report('loans', '--as-of', '2021-10-15', '--branch', '2').stdout;
    expect(totals).to.not.contain('total KES');
  });

  it('states the limits of the book beside a CSV on stdout', () => {
    const { stdout, stderr } = report('par', '--as-of', '2021-10-15', '--format', 'csv');
    expect(stdout).to.match(/^scope,/);
    expect(stderr).to.contain('Tolerance 0: an instalment counts as covered');
  });

  it('tells one loan day by day, and how loans rolled', () => {
    const history = JSON.parse(
      report('history', '--loan', '32u09wekjbfje', '--as-of', '2021-10-15', '--json').stdout,
    );
    expect(history.at(-1)).to.include({
      day: '2021-10-15',
      current_days_past_due: 49,
      amount_at_risk: '201580.6666',
    });
    const roll = JSON.parse(
      report('roll', '--from', '2021-09-15', '--as-of', '2021-10-15', '--json').stdout,
    );
    expect(roll[1]).to.include({
      ...{ from_bucket: '1-30', to_bucket: '31-60', loans: 1, share_of_loans: '1.000000' },
      ...{ settled_loans: 0, not_released_loans: 0, no_schedule_loans: 0 },
    });
  });

  it('names a workbook by what is in it, but for the old deliverable', () => {
    const options = ['--as-of', '2021-10-15', '--format', 'xlsx'];
    report('loans', '--status', 'in_arrears', '--branch', 'kenya', ...options);
    report('missed', ...options);
    expect(readdirSync(dir)).to.include.members([
      'loan-book_loans_in_arrears_kenya_2021-10-15.xlsx',
      'loan-book_missed_2021-10-15.xlsx',
    ]);
  });

  it('writes a workbook with a sheet for each report to output_name.xlsx', () => {
    const options = [
      '--as-of',
      '2021-10-15',
      '--from',
      '2021-09-15',
      '--loan',
      '32u09wekjbfje',
      '--format',
      'xlsx',
    ];
    expect(report('all', ...options)).to.include({ code: 0, stdout: '' });
    const sheets = readWorkbook(readFileSync(join(dir, 'output_name.xlsx')));
    expect(sheets.map(({ name }) => name)).to.deep.equal([
      'loans',
      'missed',
      'par',
      'history',
      'roll',
    ]);
    expect(sheets[0]?.rows[3]?.slice(0, 5)).to.deep.equal([
      '32u09wekjbfje',
      '123fd35',
      'day:2021-01-27',
      12,
      1_209_484,
    ]);
  });

  it('writes to the file that --out names', () => {
    expect(
      report('loans', '--as-of', '2021-10-15', '--format', 'csv', '--out', 'book.csv'),
    ).to.include({ code: 0, stdout: '' });
    expect(readFileSync(join(dir, 'book.csv'), 'utf8')).to.equal(SAMPLE);
  });

  it('takes the format from the ending of --out', () => {
    const file = join(dir, 'late.XLSX');
    const late = ['--as-of', '2021-10-15', '--min-days', '31', '--branch', 'kenya'];
    expect(report('loans', ...late, '--out', file)).to.include({ code: 0, stdout: '' });
    const [sheet] = readWorkbook(readFileSync(file));
    expect(sheet?.rows.flat()).to.include(
      'Report loans as of the close of 2021-10-15, branch kenya, 31 or more days past due.',
    );
    report('loans', '--as-of', '2021-10-15', '--out', 'named.csv');
    expect(readFileSync(join(dir, 'named.csv'), 'utf8')).to.equal(SAMPLE);
    const { code, stderr } = report('loans', ...late, '--format', 'csv', '--out', 'other.xlsx');
    expect(code).to.equal(0);
    expect(stderr).to.contain('other.xlsx is written as csv, which its name does not say');
    report('loans', ...late, '--format', 'xlsx');
    expect(readdirSync(dir)).to.include('loan-book_loans_kenya_min-31-days_2021-10-15.xlsx');
  });

  it('refuses a branch or currency that the book does not have, with those it has', () => {
    for (const [option, given, known] of [
      ['branch', 'kenia', 'kenya'],
      ['currency', 'KSH', 'KES'],
    ] as const) {
      const { code, stdout, stderr } = report('loans', `--${option}`, given, '--format', 'xlsx');
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr).to.contain(`${option}: use one of `).and.contain(known);
    }
  });

  it('names the rates that USD was worked out with, whatever the format', async () => {
    await database.query(`
      insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                               fetched_at, event_id)
      select day, 'USD', code, 'simulator', mid, day, day, gen_random_uuid()
      from (values (date '2021-10-13', 'KES', 80), ('2021-10-14', 'KES', 110),
                   ('2021-10-14', 'NGN', 411)) rate(day, code, mid)`);
    const note =
      '1 USD = 110 KES (rate of 2021-10-14, source simulator). SIMULATED, not a real rate. ' +
      'SUSPECT: more than 20 % off the last rate before it.';
    const usd = ['--as-of', '2021-10-15', '--in', 'USD'];
    expect(report('loans', ...usd).stdout).to.contain(note);
    for (const format of ['csv', 'json'])
      expect(report('par', ...usd, '--format', format).stderr).to.contain(note);
    report('all', ...usd, '--format', 'xlsx', '--out', 'usd.xlsx');
    for (const { name, rows } of readWorkbook(readFileSync(join(dir, 'usd.xlsx'))))
      expect(
        rows.map(([text]) => text),
        name,
      ).to.include(note);
    await database.query('delete from daily_rates');
  });

  describe('of the quality of rates', () => {
    before(() =>
      database.query(`
        insert into daily_rates (rate_date, base_currency, quote_currency, source, mid,
          observed_at, fetched_at, event_id)
        select day, 'USD', code, 'xe', mid, day + time '01:00', day + time '01:00',
          gen_random_uuid()
        from (values (date '2021-10-13', 'KES', 100.50), ('2021-10-14', 'KES', 110.25),
                     ('2021-10-14', 'NGN', 411), ('2021-10-20', 'KES', 111)) r (day, code, mid);
        insert into second_rates (rate_date, base_currency, quote_currency, source, mid,
          observed_at, fetched_at, event_id)
        select '2021-10-14', 'USD', code, 'openexchangerates', mid, '2021-10-14T09:00Z',
          '2021-10-14T09:00Z', gen_random_uuid()
        from (values ('KES', 112.455), ('NGN', 411)) r (code, mid)`),
    );
    after(() => database.query('delete from daily_rates; delete from second_rates'));
    const DAYS = ['--from', '2021-10-13', '--to', '2021-10-15'];
    const KES =
      '2021-10-14,KES,110.25,xe,2021-10-14T01:00:00Z,openexchangerates,112.455,' +
      '2021-10-14T09:00:00Z,0.02000000,false,true';
    const HEAD =
      'rate_date,currency,rate,source,observed_at,second_source,second_rate,' +
      'second_observed_at,difference,suspect,diverges';
    const NOTE = '3 rates, 2 with a second source; diverging by more than 1 %: 1; suspect: 0.';

    it('is a line for each day and currency, as CSV and JSON', () => {
      const csv = report('quality', ...DAYS, '--format', 'csv');
      const lines = csv.stdout.replace('\ufeff', '').trim().split(/\r?\n/);
      expect(lines.slice(0, 1).concat(lines.slice(2))).to.deep.equal([
        HEAD,
        KES,
        '2021-10-14,NGN,411,xe,2021-10-14T01:00:00Z,openexchangerates,411,2021-10-14T09:00:00Z,' +
          '0.00000000,false,false',
      ]);
      expect(lines[1]).to.equal('2021-10-13,KES,100.50,xe,2021-10-13T01:00:00Z,,,,,false,false');
      expect(csv.stderr).to.contain(NOTE);
      const json = JSON.parse(report('quality', ...DAYS, '--json').stdout);
      expect(json[0]).to.include({ rate: '100.50', second_source: null, difference: null });
      expect(json[1]).to.include({ difference: '0.02000000', diverges: true });
    });

    it('is a table and a workbook, with the sums below', () => {
      const { stdout } = report('quality', ...DAYS);
      expect(stdout)
        .to.match(/^rate_date +currency +rate/)
        .and.contain(NOTE);
      report('quality', ...DAYS, '--format', 'xlsx', '--out', 'quality.xlsx');
      const [sheet] = readWorkbook(readFileSync(join(dir, 'quality.xlsx')));
      expect([sheet?.name, sheet?.rows[0]]).to.deep.equal(['quality', HEAD.split(',')]);
      expect(sheet?.rows[2]).to.deep.equal([
        ...['day:2021-10-14', 'KES', 110.25, 'xe', 'instant:2021-10-14T01:00:00'],
        ...['openexchangerates', 112.455, 'instant:2021-10-14T09:00:00', 0.02, false, true],
      ]);
      expect(sheet?.rows.at(-1)).to.deep.equal([NOTE]);
    });
  });

  it('takes today, in UTC, when no day is given', () => {
    const today = new Date().toISOString().slice(0, 10);
    const { code, stdout } = report('par', '--json');
    expect(code).to.equal(0);
    expect(stdout).to.equal(report('par', '--json', '--as-of', today).stdout);
  });

  const refused: [why: string, args: string[], message: RegExp][] = [
    [
      'a day that does not exist',
      ['loans', '--as-of', '2021-02-30'],
      /this day does not exist, use one like 2026-01-31; got 2021-02-30/,
    ],
    [
      'a day in another form',
      ['loans', '--as-of', '10/15/2021'],
      /use YYYY-MM-DD, for example 2026-01-31; got 10\/15\/2021/,
    ],
    ['an unknown report', ['profit'], /expected one of loans, missed, par, history, roll, all/],
    ['a history of no loan', ['history'], /history needs --loan ID/],
    ['roll rates without the earlier day', ['roll'], /roll needs --from D/],
    [
      'roll rates backwards',
      ['roll', '--from', '2021-10-15', '--as-of', '2021-10-15'],
      /expected --from before 2021-10-15/,
    ],
    ['quality without the first day', ['quality'], /quality needs --from D/],
    [
      'quality as of a day',
      ['quality', '--from', '2021-10-15', '--as-of', '2021-10-15'],
      /quality has --from and --to, not --as-of/,
    ],
    ['a last day for a report of one', ['par', '--to', '2021-01-01'], /--to goes with quality/],
    ['all reports as one CSV', ['all', '--format', 'csv'], /all is written as a table or xlsx/],
    ['a loan for a report of all', ['loans', '--loan', 'x'], /--loan goes with history, not loans/],
    [
      'an earlier day for a report of one',
      ['par', '--from', '2020-01-01'],
      /--from goes with roll, quality, not par/,
    ],
    [
      'two formats at once',
      ['loans', '--json', '--format', 'csv'],
      /--json or --format csv, not both/,
    ],
    [
      'totals in USD of a format without totals',
      ['loans', '--in', 'USD', '--format', 'csv'],
      /--in adds totals, and csv has none/,
    ],
    [
      'USD for a report without amounts to convert',
      ['roll', '--from', '2021-09-15', '--in', 'USD'],
      /--in goes with loans, missed, par, not roll/,
    ],
    [
      'a filter of loans for another report',
      ['par', '--min-days', '30'],
      /--min-days goes with loans, not par/,
    ],
    [
      'another currency than rates are kept in',
      ['loans', '--in', 'EUR'],
      /Allowed choices are USD/,
    ],
  ];
  for (const [why, args, message] of refused) {
    it(`refuses ${why} with the reason`, () => {
      const { code, stdout, stderr } = report(...args);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(message);
    });
  }

  it('says when the file cannot be written, and blames nothing else', () => {
    const { code, stderr } = report('loans', '--out', '/nowhere/x.txt');
    expect([code, stderr.trim()]).to.deep.equal([1, '/nowhere/x.txt cannot be written (ENOENT)']);
  });

  it('refuses a column that the report does not have, with those that it has', () => {
    for (const option of ['--sort', '--columns']) {
      const { code, stderr } = report('loans', option, 'profit');
      expect([code, stderr]).to.deep.include(1);
      expect(stderr).to.match(/unknown column "profit", known are loan_id, borrower_id/);
    }
  });

  it('says when there is no such loan', () => {
    const { code, stdout, stderr } = report('history', '--loan', 'unknown');
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.contain('expected the id of a loan in the book, got "unknown"');
  });

  it('explains itself', () => {
    expect(report('--help')).to.include({ code: 0, stderr: '' });
  });
});
