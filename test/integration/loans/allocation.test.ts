import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { generateLoanBook } from '../../../loans/generate.ts';
import { loadLoanBook } from '../../../loans/load.ts';
import { type Database, openDatabase } from '../../../platform/database.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { putBook, randomBook, seededRandom } from '../../support/random-book.ts';

/** Rows that stand in the table and not in its rule, or the other way round. */
const ASTRAY = `(table allocated_instalments except all table allocation) union all (table allocation except all table allocated_instalments)`;

describe('the days on which instalments were covered', () => {
  let database: TestDatabase;
  let others: Database;
  before(async () => {
    database = await testDatabase();
    others = openDatabase({ url: database.url, name: 'others' });
  });
  after(async () => {
    await others.destroy();
    await database.drop();
  });
  const astray = () => database.query(ASTRAY);

  const CHANGES = [
    `update loan_payments set amount_paid = amount_paid + 0.0001 where payment_id in (select payment_id from loan_payments order by md5(payment_id || :n) limit 2)`,
    `update loan_payments set date_paid = date_paid + 9 where payment_id in (select payment_id from loan_payments order by md5(payment_id || :n) limit 2)`,
    `update loan_payments p set loan_id = (select loan_id from loans order by md5(loan_id || :n) limit 1) where payment_id in (select payment_id from loan_payments order by md5(payment_id || :n) limit 1)`,
    `delete from loan_payments where payment_id in (select payment_id from loan_payments order by md5(payment_id || :n) limit 1)`,
    `insert into loan_payments select 'new ' || :n, loan_id, date '2024-03-03', 7 from loans order by md5(loan_id || :n) limit 1`,
    `update payment_schedule set expected_payment_amount = 0 where schedule_id in (select schedule_id from payment_schedule order by md5(schedule_id || :n) limit 2)`,
    `update payment_schedule set expected_payment_date = expected_payment_date - 31 where schedule_id in (select schedule_id from payment_schedule order by md5(schedule_id || :n) limit 2)`,
    `delete from payment_schedule where schedule_id in (select schedule_id from payment_schedule order by md5(schedule_id || :n) limit 1)`,
    `insert into payment_schedule select 'new ' || :n, loan_id, date '2024-02-29', 11 from loans order by md5(loan_id || :n) limit 1`,
    `update loan_payments set amount_paid = amount_paid where false`,
  ];

  it('stay what the rule says through 200 changes by hand', async () => {
    for (const seed of [1, 2, 3, 4]) {
      await putBook(database, randomBook(seed));
      expect(await astray(), `book ${seed}`).to.deep.equal([]);
      const roll = seededRandom(seed);
      for (let n = 0; n < 50; n++) {
        const change = (CHANGES[roll(CHANGES.length)] as string).replaceAll(':n', `'${seed}-${n}'`);
        await database.query(change);
        expect(await astray(), change).to.deep.equal([]);
      }
    }
    await database.query('truncate loan_payments');
    expect(await astray()).to.deep.equal([]);
    expect(
      await database.query(`select from allocated_instalments where date_covered <> '-infinity'`),
    ).to.deep.equal([]);
  });

  it('stay so when two who pay one loan at the same time do not see each other', async () => {
    await putBook(database, randomBook(9));
    const pay = (db: Database, id: string) =>
      db.raw(
        `insert into loan_payments select ?, min(loan_id), '2024-03-01', 11 from payment_schedule`,
        [id],
      );
    const first = await database.db.transaction();
    await pay(first as unknown as Database, 'at once 1');
    const second = pay(others, 'at once 2').then((done) => done);
    // The second waits for the loan; only then does it count what the first has paid.
    await until(() =>
      database.query(
        `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%loan_payments%'`,
      ),
    );
    await first.commit();
    await second;
    expect(await astray()).to.deep.equal([]);
  });

  it('are allocated for a whole folder at once, and kept by the same triggers after it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fx-book-'));
    try {
      await generateLoanBook(join(dir, 'book'), { loans: 300, seed: 5 });
      await loadLoanBook(database.db, join(dir, 'book'));
    } finally {
      rmSync(dir, { recursive: true });
    }
    expect(await astray()).to.deep.equal([]);
    expect(
      (await database.query('select count(*) > 5000 as many from allocated_instalments'))[0],
    ).to.deep.equal({ many: true });
    await database.query('delete from loan_payments where date_paid > $$2020-06-01$$');
    expect(await astray()).to.deep.equal([]);
  });
});

async function until(found: () => Promise<unknown[]>): Promise<void> {
  for (const began = Date.now(); (await found()).length === 0; )
    if (Date.now() - began > 20_000) throw new Error('what was waited for did not come');
}
