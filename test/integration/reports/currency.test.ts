import { expect } from 'chai';
import { seedLoanBook } from '../../../loans/sample.ts';
import { type Conversion, readConversion } from '../../../reports/conversion.ts';
import { parReport } from '../../../reports/portfolio.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { readLoans, readMissed } from '../../support/read-report.ts';

const DAY = '2021-10-15';

describe('totals of a book in several currencies', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
    await seedLoanBook(database.db);
  });
  beforeEach(() => database.query('delete from daily_rates'));
  after(() => database.drop());

  const rate = (currency: string, day: string, mid: string, source = 'xe') =>
    database.query(
      `insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                                fetched_at, event_id)
       values (?, 'USD', ?, ?, ?, now(), now(), gen_random_uuid())`,
      [day, currency, source, mid],
    );
  const inUsd = () => readConversion(database.db, DAY);
  const outstanding = async (conversion?: Conversion) => {
    const report = await readLoans(database.db, DAY, { withTotals: true, conversion });
    const totals = report.totals.map(({ label, sums }) => [label, sums['outstanding_balance']]);
    const notes = report.notes.filter((note) => !/^(Report|SAMPLE|Tolerance)/.test(note));
    return { totals, notes, rates: report.rates };
  };
  const OWN = [
    ['total KES', '40030659.9858'],
    ['total NGN', '8880132.3328'],
  ];

  it('say that a rate diverges from another source of its day', async () => {
    await rate('KES', DAY, '110.95');
    await rate('NGN', DAY, '411');
    await database.query(
      `insert into second_rates (rate_date, base_currency, quote_currency, source, mid,
                                 observed_at, fetched_at, event_id)
       values (?, 'USD', 'KES', 'openexchangerates', 115, now(), now(), gen_random_uuid())`,
      [DAY],
    );
    const { notes, rates } = await outstanding(await inUsd());
    await database.query('delete from second_rates');
    expect(notes[0]).to.match(/ KES .*source xe\)\. DIVERGES: another source of the day/);
    expect(notes[1]).to.not.contain('DIVERGES');
    expect(rates?.map(({ currency, diverges }) => [currency, diverges])).to.deep.equal([
      ['KES', true],
      ['NGN', false],
    ]);
  });

  it('are one a currency, never added up', async () => {
    expect(await outstanding()).to.deep.equal({ totals: OWN, notes: [], rates: undefined });
  });

  it('are added up in USD by the rates of the day, rounded once', async () => {
    await rate('KES', DAY, '110.95');
    await rate('NGN', DAY, '411.3333333333');
    await rate('KES', '2021-10-14', '110');
    const { totals, notes } = await outstanding(await inUsd());
    // 40030659.9858 / 110.95 = 360799.1887… and 8880132.3328 / 411.3333333333 = 21588.6523…
    const exact =
      (BigInt('400306599858') * 10n ** 12n) / 11095n +
      (BigInt('88801323328') * 10n ** 20n) / 4113333333333n;
    const units = (exact + 5n * 10n ** 9n) / 10n ** 10n;
    expect(totals).to.deep.equal([
      ...OWN,
      ['total in USD', `${units / 10_000n}.${String(units % 10_000n).padStart(4, '0')}`],
    ]);
    expect(notes).to.deep.equal([
      '1 USD = 110.95 KES (rate of 2021-10-15, source xe).',
      '1 USD = 411.3333333333 NGN (rate of 2021-10-15, source xe).',
    ]);
  });

  it('take the last of the 7 days before, and say which', async () => {
    await rate('KES', '2021-10-08', '110');
    await rate('NGN', '2021-10-14', '411');
    const { totals, notes } = await outstanding(await inUsd());
    expect(totals[2]?.[1]).to.match(/^\d+\.\d{4}$/);
    expect(notes[0]).to.equal('1 USD = 110 KES (rate of 2021-10-08, source xe).');
  });

  it('are not guessed: an older or a later rate is none, and that is said', async () => {
    await rate('KES', '2021-10-07', '110');
    await rate('KES', '2021-10-16', '110');
    await rate('NGN', DAY, '411');
    const { totals, notes } = await outstanding(await inUsd());
    expect(totals[2]).to.deep.equal(['total in USD', null]);
    expect(notes[0]).to.equal(
      'No USD/KES rate of 2021-10-15 or of the 7 days before it: amounts in USD are not known.',
    );
  });

  it('say so where a rate was simulated', async () => {
    await rate('KES', DAY, '110', 'simulator');
    await rate('NGN', DAY, '411', 'simulator');
    expect((await outstanding(await inUsd())).notes[0]).to.match(/source simulator\)\. SIMULATED/);
  });

  it('say so where a rate is suspect', async () => {
    await rate('KES', '2021-10-14', '100');
    await rate('KES', DAY, '150');
    await rate('NGN', DAY, '411');
    const { notes, rates } = await outstanding(await inUsd());
    expect(notes[0]).to.equal(
      '1 USD = 150 KES (rate of 2021-10-15, source xe). ' +
        'SUSPECT: more than 20 % off the last rate before it.',
    );
    expect(rates?.map(({ currency, suspect }) => [currency, suspect])).to.deep.equal([
      ['KES', true],
      ['NGN', false],
    ]);
  });

  it('are known although the rate of a currency with nothing outstanding is missing', async () => {
    await rate('KES', DAY, '100');
    await database.query(
      `insert into loan_payments (loan_id, payment_id, date_paid, amount_paid)
       select loan_id, 'all of it', '2021-10-01', 100000000
       from loan_branches join branches using (branch_id) where currency = 'NGN'`,
    );
    await database.query('select refresh_allocation()');
    const { totals, notes } = await outstanding(await inUsd());
    expect(totals.slice(1)).to.deep.equal([
      ['total NGN', '0.0000'],
      ['total in USD', '400306.5999'],
    ]);
    // What was paid in NGN is not 0, so that its rate is missed there.
    expect(notes.at(-1)).to.match(/^No USD\/NGN rate/);
    const { rows, notes: ofPar } = await parReport(database.db, DAY, await inUsd());
    const book = rows.filter(({ scope }) => scope === 'book in USD');
    expect(book.find(({ measure }) => measure === 'PAR>30')).to.include({
      ...{ outstanding_balance: '6047.4200', by_outstanding: '0.015107' },
    });
    expect(ofPar.join()).to.not.contain('NGN');
    await database.query(`delete from loan_payments where payment_id = 'all of it'`);
    await database.query('select refresh_allocation()');
  });

  it('go for missed payments and PAR too', async () => {
    await rate('KES', DAY, '100');
    await rate('NGN', DAY, '400');
    const missed = await readMissed(database.db, DAY, {
      withTotals: true,
      conversion: await inUsd(),
    });
    expect(missed.totals.map(({ label, sums }) => [label, sums['amount_unpaid']])).to.deep.equal([
      ['total KES', '201580.6666'],
      ['total NGN', '0.0000'],
      ['total in USD', '2015.8067'],
    ]);
    const { rows } = await parReport(database.db, DAY, await inUsd());
    // 400306.599858 + 22200.330832 USD are lent, 6047.419998 of them to the loan in arrears.
    expect(
      rows.find(({ scope, measure }) => scope === 'book in USD' && measure === 'portfolio'),
    ).to.include({
      ...{ loans: 4, outstanding_balance: '422506.9307', amount_at_risk: '2015.8067' },
      by_outstanding: '1.000000',
    });
    expect(
      rows.find(({ scope, measure }) => scope === 'book in USD' && measure === 'PAR>30'),
    ).to.include({
      ...{
        outstanding_balance: '6047.4200',
        amount_at_risk: '2015.8067',
        by_outstanding: '0.014313',
        by_arrears: '0.004771',
      },
    });
  });

  it('are one grand total where all loans share a currency', async () => {
    await database.query(`update branches set currency = 'KES'`);
    expect((await outstanding()).totals).to.deep.equal([['total KES', '48910792.3186']]);
    const book = (await parReport(database.db, DAY)).rows.find(
      ({ scope, measure }) => scope === 'book' && measure === 'PAR>0',
    );
    expect(book).to.include({ outstanding_balance: '604741.9998', by_outstanding: '0.012364' });
    await seedLoanBook(database.db);
  });

  it('leave no total in USD where a loan has no currency', async () => {
    await database.query(`update branches set currency = null where branch_id = '2'`);
    await rate('KES', DAY, '100');
    const { totals, notes } = await outstanding(await inUsd());
    expect(totals.slice(1)).to.deep.equal([
      ['total (no currency)', '8880132.3328'],
      ['total in USD', null],
    ]);
    expect(notes[1]).to.equal('Some loans have no currency: their amounts in USD are not known.');
    await seedLoanBook(database.db);
  });
});
