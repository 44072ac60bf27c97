import { expect } from 'chai';
import { historyReport } from '../../../reports/arrears.ts';
import type { Row } from '../../../reports/report.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { dayNumber, putBook } from '../../support/random-book.ts';
import { readLoans, readMissed } from '../../support/read-report.ts';

/** `2024-02-10: 100.0000` as the tests below write what is due or paid. */
type Dated = [day: string, amount: string];

describe('a loan of two instalments, due 10 February and 10 March 2024', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  const TWO: Dated[] = [
    ['2024-02-10', '100.0000'],
    ['2024-03-10', '100.0000'],
  ];
  const units = (amount: string) => BigInt(amount.replace('.', ''));

  /** The row of the only loan of a book, as of a day. */
  async function asOf(
    day: string,
    paid: Dated[],
    {
      due = TWO,
      released = '2024-01-10',
      lent = '200.0000',
      tolerance = 0n,
      reversed = [] as string[],
    } = {},
  ): Promise<Row> {
    const instalments = due.map(([on, amount], at) => ({
      schedule_id: `S${at}`,
      due: dayNumber(on),
      amount: units(amount),
    }));
    const payments = paid.map(([on, amount], at) => ({
      payment_id: `P${9 - at}`,
      paid: dayNumber(on),
      amount: units(amount),
    }));
    const whose = {
      loan_id: 'L',
      borrower_id: 'B',
      borrower_name: null,
      score: null,
      branch_id: null,
    };
    const loan = {
      ...whose,
      released: dayNumber(released),
      amount: units(lent),
      instalments,
      payments,
      reversals: reversed.map((payment_id, at) => ({
        payment_id: `R${at}`,
        paid: dayNumber('2024-12-31'),
        voids: payment_id,
      })),
      currency: null,
      tolerance,
    };
    await putBook(database, { loans: [loan], branches: [], tolerance });
    const { rows } = await readLoans(database.db, day);
    expect(rows).to.have.length(1);
    return rows[0] as Row;
  }
  const missed = async (day: string) =>
    (await readMissed(database.db, day, { withTotals: false })).rows;

  it('due today and not paid: at risk, not past due yet', async () => {
    expect(await asOf('2024-02-10', [])).to.include({
      amount_at_risk: '100.0000',
      current_days_past_due: 0,
      par_days: 0,
    });
    expect(await missed('2024-02-10')).to.deep.equal([]);
  });

  it('due yesterday and not paid: one day past due, short for one day, missed', async () => {
    expect(await asOf('2024-02-11', [])).to.include({
      current_days_past_due: 1,
      par_days: 1,
      status: 'in_arrears',
      bucket: '1-30',
    });
    expect(await missed('2024-02-11')).to.have.length(1);
  });

  it('paid on the due date: on time', async () => {
    expect(await asOf('2024-02-20', [['2024-02-10', '100.0000']])).to.include({
      par_days: 0,
      status: 'current',
      amount_at_risk: '0.0000',
    });
    expect(await missed('2024-02-20')).to.deep.equal([]);
  });

  it('due 10 February, paid 15 February: 5 days short, and missed but cleared', async () => {
    expect(await asOf('2024-02-20', [['2024-02-15', '100.0000']])).to.include({
      par_days: 5,
      current_days_past_due: 0,
    });
    expect((await missed('2024-02-20'))[0]).to.include({
      date_cleared: '2024-02-15',
      days_late: 5,
      status: 'cleared',
    });
  });

  it('a partial payment lowers what is at risk and leaves the day it is late from', async () => {
    const row = await asOf('2024-03-11', [['2024-02-12', '30.0000']]);
    expect(row).to.include({
      amount_at_risk: '170.0000',
      current_days_past_due: 30,
      par_days: 30,
      outstanding_balance: '170.0000',
    });
    expect(
      (await missed('2024-03-11')).map(({ amount_missed, amount_unpaid }) => [
        amount_missed,
        amount_unpaid,
      ]),
    ).to.deep.equal([
      ['100.0000', '70.0000'],
      ['100.0000', '100.0000'],
    ]);
  });

  it('0.0001 short is short, and 0.0001 more covers it', async () => {
    const paid: Dated[] = [['2024-02-10', '99.9999']];
    expect(await asOf('2024-02-11', paid)).to.include({
      amount_at_risk: '0.0001',
      current_days_past_due: 1,
    });
    expect(await asOf('2024-02-12', [...paid, ['2024-02-11', '0.0001']])).to.include({
      current_days_past_due: 0,
      par_days: 1,
    });
  });

  it('an overpayment carries forward to the next instalment', async () => {
    expect(await asOf('2024-03-11', [['2024-02-10', '150.0000']])).to.include({
      amount_at_risk: '50.0000',
      current_days_past_due: 1,
    });
  });

  it('an early payment waits for what falls due', async () => {
    expect(await asOf('2024-03-11', [['2024-01-15', '200.0000']])).to.include({
      par_days: 0,
      status: 'settled',
    });
  });

  it('several payments on a day count together, in whatever order', async () => {
    const row = await asOf('2024-02-12', [
      ['2024-02-10', '40.0000'],
      ['2024-02-10', '60.0000'],
    ]);
    expect(row).to.include({
      par_days: 0,
      total_amount_paid: '100.0000',
      last_repayment_date: '2024-02-10',
    });
  });

  it('two instalments late on the same days count those days once', async () => {
    expect(await asOf('2024-03-15', [])).to.include({
      par_days: 34,
      current_days_past_due: 34,
      bucket: '31-60',
    });
  });

  it('a payment of a later day has not been received yet', async () => {
    const row = await asOf('2024-02-12', [['2024-02-13', '100.0000']]);
    expect(row).to.include({
      total_amount_paid: '0.0000',
      last_repayment_date: null,
      current_days_past_due: 2,
    });
  });

  it('no payments at all: the loan has its row', async () => {
    expect(await asOf('2024-02-01', [])).to.include({
      total_amount_paid: '0.0000',
      last_due_date: null,
      status: 'current',
    });
  });

  it('no instalments at all: no_schedule, and what is outstanding is not known', async () => {
    expect(await asOf('2024-02-01', [], { due: [] })).to.include({
      ...{ outstanding_balance: null, principal_outstanding: null, bucket: null },
      ...{ status: 'no_schedule', par_days: 0, current_days_past_due: 0 },
    });
  });

  it('before its release: not released, nothing outstanding', async () => {
    expect(await asOf('2024-01-09', [])).to.include({
      status: 'not_released',
      outstanding_balance: '0.0000',
    });
    expect(await asOf('2024-01-10', [])).to.include({
      status: 'current',
      outstanding_balance: '200.0000',
    });
  });

  it('is not in arrears before its release, whatever was due by then', async () => {
    const early = { released: '2024-02-20' };
    expect(await asOf('2024-02-19', [], early)).to.include({
      ...{ current_days_past_due: 0, amount_at_risk: '0.0000', par_days: 0, bucket: null },
      total_amount_expected: '100.0000',
    });
    expect(await missed('2024-02-19')).to.deep.equal([]);
    expect(await asOf('2024-02-22', [], early)).to.include({
      ...{ current_days_past_due: 12, amount_at_risk: '100.0000', par_days: 2, bucket: '1-30' },
    });
    const { rows } = await historyReport(database.db, '2024-02-21', 'L');
    expect(
      rows.slice(-3).map((row) => [row['current_days_past_due'], row['amount_at_risk']]),
    ).to.deep.equal([
      [0, '0.0000'],
      [10, '100.0000'],
      [11, '100.0000'],
    ]);
  });

  it('a settled loan is in no bucket', async () => {
    expect(await asOf('2024-03-11', [['2024-02-10', '200.0000']])).to.include({
      ...{ status: 'settled', bucket: null, outstanding_balance: '0.0000' },
    });
  });

  it('a reversed payment was never received, on any day', async () => {
    const paid: Dated[] = [['2024-02-10', '100.0000']];
    expect(await asOf('2024-02-15', paid, { reversed: ['P9'] })).to.include({
      ...{ total_amount_paid: '0.0000', current_days_past_due: 5, last_repayment_date: null },
    });
    expect(await missed('2024-02-15')).to.have.length(1);
  });

  it('short by no more than the tolerance is covered, and settled at the end', async () => {
    const paid: Dated[] = [
      ['2024-02-10', '99.9950'],
      ['2024-03-10', '99.9950'],
    ];
    const within = await asOf('2024-03-11', paid, { tolerance: 100n });
    expect(within).to.include({
      ...{ current_days_past_due: 0, par_days: 0, status: 'settled' },
      ...{ amount_at_risk: '0.0100', outstanding_balance: '0.0100' },
    });
    expect(await missed('2024-03-11')).to.deep.equal([]);
    const beyond = await asOf('2024-03-11', paid, { tolerance: 99n });
    expect(beyond).to.include({ current_days_past_due: 1, status: 'in_arrears' });
  });

  it('interest in the instalments: principal is the straight-line share', async () => {
    // 200 are to be paid for 150 lent: of each 100 that are open 75 are principal.
    const row = await asOf('2024-02-11', [['2024-02-10', '100.0000']], { lent: '150.0000' });
    expect(row).to.include({ outstanding_balance: '100.0000', principal_outstanding: '75.0000' });
    const third = await asOf('2024-02-11', [], {
      lent: '100.0001',
      due: [['2024-02-10', '3.0000']],
    });
    expect(third).to.include({ principal_outstanding: '100.0001' });
  });

  it('after maturity it stays as late as it is, and par_days grows with each day', async () => {
    expect(await asOf('2026-02-10', [['2024-02-10', '100.0000']])).to.include({
      current_days_past_due: 702,
      par_days: 702,
      bucket: '90+',
    });
  });

  const edges: [days: number, bucket: string][] = [
    [30, '1-30'],
    [31, '31-60'],
    [60, '31-60'],
    [61, '61-90'],
    [90, '61-90'],
    [91, '90+'],
  ];
  for (const [days, bucket] of edges) {
    it(`${days} days past due are in bucket ${bucket}`, async () => {
      const day = new Date((dayNumber('2024-02-10') + days) * 86_400_000)
        .toISOString()
        .slice(0, 10);
      expect(await asOf(day, [])).to.include({ current_days_past_due: days, bucket });
    });
  }

  it('the leap day is a day: due 28 February, two days late on 1 March', async () => {
    expect(await asOf('2024-03-01', [], { due: [['2024-02-29', '1.0000']] })).to.include({
      par_days: 1,
    });
    expect(await asOf('2024-03-01', [], { due: [['2024-02-28', '1.0000']] })).to.include({
      par_days: 2,
    });
    const released = '2023-01-28';
    expect(await asOf('2023-03-01', [], { due: [['2023-02-28', '1.0000']], released })).to.include({
      par_days: 1,
    });
  });

  it('month ends: due 31 January, paid on the last of February', async () => {
    const row = await asOf('2023-03-31', [['2023-02-28', '1.0000']], {
      due: [['2023-01-31', '1.0000']],
      released: '2022-12-31',
    });
    expect(row).to.include({ par_days: 28, current_days_past_due: 0 });
  });

  it('two instalments due on one day are paid by their ids in turn', async () => {
    const due: Dated[] = [
      ['2024-02-10', '100.0000'],
      ['2024-02-10', '100.0000'],
    ];
    expect(await asOf('2024-02-12', [['2024-02-10', '100.0000']], { due })).to.include({
      current_days_past_due: 2,
      par_days: 2,
    });
    expect(
      (await missed('2024-02-12')).map(({ schedule_id, instalment_number }) => [
        schedule_id,
        instalment_number,
      ]),
    ).to.deep.equal([['S1', 2]]);
  });
});
