import { expect } from 'chai';
import { listEvents, restoreEvent, voidEvent } from '../../../consumer/corrections.ts';
import { openRateStore } from '../../../consumer/rate-store.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { makeRate } from '../../support/make-rate.ts';

describe('a voided event', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());

  const morning = makeRate('KES', '129.1', {
    run_id: 'morning',
    observed_at: '2026-11-23T01:00:00.000Z',
  });
  const wrong = makeRate('KES', '1291', {
    run_id: 'night',
    observed_at: '2026-11-23T23:00:00.000Z',
    fetched_at: '2026-11-23T23:00:05.000Z',
  });
  const other = makeRate('NGN', '1543.21');
  const save = (...rates: (typeof wrong)[]) => openRateStore(database.db).save(rates);
  const mids = async () => {
    const rows = await database.query<{ quote_currency: string; mid: string }>(
      'select quote_currency, mid from daily_rates order by quote_currency',
    );
    return Object.fromEntries(rows.map(({ quote_currency, mid }) => [quote_currency, mid]));
  };
  const voidWrong = () =>
    voidEvent(database.db, { eventId: wrong.event_id, reason: 'ten times too high', by: 'ann' });

  it('gives its day to the next rate in rank, and the record says who did it and why', async () => {
    await save(morning, wrong, other);
    expect(await mids()).to.deep.equal({ KES: '1291', NGN: '1543.21' });
    const voided = await voidWrong();
    expect(voided).to.include({ mid: '1291', reason: 'ten times too high', voided_by: 'ann' });
    expect(await mids()).to.deep.equal({ KES: '129.1', NGN: '1543.21' });
  });

  it('leaves its day without a rate when there is no other', async () => {
    await save(wrong, other);
    await voidWrong();
    expect(await mids()).to.deep.equal({ NGN: '1543.21' });
  });

  it('stays out when it is delivered again; the rest of its batch is stored', async () => {
    await save(wrong);
    await voidWrong();
    const store = openRateStore(database.db);
    expect(await store.save([morning, wrong, other])).to.deep.equal({
      inserted: 2,
      updated_days: 2,
    });
    expect(await store.save([morning, wrong, other])).to.deep.equal({
      inserted: 0,
      updated_days: 0,
    });
    expect(await store.save([wrong])).to.deep.equal({ inserted: 0, updated_days: 0 });
    expect(await mids()).to.deep.equal({ KES: '129.1', NGN: '1543.21' });
  });

  it('comes back as it was when it is restored, and can be voided again', async () => {
    await save(morning, wrong);
    const before = await database.query('select * from daily_rates');
    await voidWrong();
    const restored = await restoreEvent(database.db, { eventId: wrong.event_id, by: 'bob' });
    expect(restored).to.include({ voided_by: 'ann', restored_by: 'bob' });
    expect(await database.query('select * from daily_rates')).to.deep.equal(before);
    await voidWrong();
    expect(await mids()).to.deep.equal({ KES: '129.1' });
  });

  it('is listed with the stored ones of its day', async () => {
    await save(morning, wrong, other);
    await voidWrong();
    const listed = await listEvents(database.db, { day: '2026-11-23', quote: 'KES', limit: 9 });
    expect(listed.map(({ mid, state }) => [mid, state])).to.deep.equal([
      ['129.1', 'stored'],
      ['1291', 'voided'],
    ]);
    const voided = await listEvents(database.db, { day: null, quote: null, limit: 9 });
    expect(voided.map(({ event_id }) => event_id)).to.deep.equal([wrong.event_id]);
  });

  it('is refused with what to do when it is unknown, voided already, or not voided', async () => {
    await save(wrong);
    const messageOf = (work: Promise<unknown>) => work.then(String, (err: Error) => err.message);
    await voidWrong();
    expect(await messageOf(voidWrong())).to.equal(`the event ${wrong.event_id} is voided already`);
    const unknown = { eventId: other.event_id, reason: 'x', by: 'ann' };
    expect(await messageOf(voidEvent(database.db, unknown))).to.match(
      /find it with npm run events/,
    );
    expect(await messageOf(restoreEvent(database.db, unknown))).to.match(/^no voided event/);
  });
});
