import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

describe('the rates view', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  const store = (date: string, source: string, mid: string) =>
    database.query(
      `insert into daily_rates values (?, 'USD', 'KES', ?, ?, now(), now(), gen_random_uuid())
       on conflict (base_currency, quote_currency, rate_date)
       do update set source = excluded.source, mid = excluded.mid`,
      [date, source, mid],
    );

  it('derives the inverse to 18 decimals and keeps every digit of mid', async () => {
    await store('2026-11-20', 'simulator', '129.1500000000');
    const [row] = await database.query('select mid, inverse from rates');
    expect(row).to.deep.equal({ mid: '129.1500000000', inverse: '0.007742934572202865' });
  });

  it('flags a mid more than a fifth off the day before and keeps it', async () => {
    await store('2026-11-21', 'simulator', '154.98');
    await store('2026-11-22', 'simulator', '185.98');
    const rows = await database.query('select rate_date, suspect from rates order by rate_date');
    expect(rows).to.deep.equal([
      { rate_date: '2026-11-20', suspect: false },
      { rate_date: '2026-11-21', suspect: false },
      { rate_date: '2026-11-22', suspect: true },
    ]);
  });

  it('hides every simulated rate as soon as one real rate is there', async () => {
    await store('2026-11-23', 'xe', '129.3');
    const rows = await database.query('select rate_date, source from rates');
    expect(rows).to.deep.equal([{ rate_date: '2026-11-23', source: 'xe' }]);
  });
});
