import { expect } from 'chai';
import type { ListedEvent, VoidedEvent } from '../../../consumer/corrections.ts';
import { openRateStore } from '../../../consumer/rate-store.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { makeRate } from '../../support/make-rate.ts';
import { command } from '../../support/process.ts';

describe('npm run events', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  const rate = makeRate('KES', '12915');
  const events = async (...args: string[]) => {
    const started = command('events', { DATABASE_URL: database.url, LOG_LEVEL: 'fatal' }, args);
    return { code: await started.exited, output: started.output() };
  };
  before(async () => {
    database = await testDatabase();
    await openRateStore(database.db).save([rate]);
  });
  after(() => database.drop());

  it('finds a wrong event, voids it with who and why, and restores it', async () => {
    const { output } = await events('ls', '--day', '2026-11-23', '--currency', 'kes', '--json');
    const [found] = JSON.parse(output) as ListedEvent[];
    expect(found).to.include({ event_id: rate.event_id, mid: '12915', state: 'stored' });

    const reason = 'decimal point misplaced';
    const voided = await events('void', rate.event_id, '--reason', reason, '--json');
    expect(voided.code).to.equal(0);
    expect(JSON.parse(voided.output) as VoidedEvent).to.include({ reason, restored_by: null });
    expect((JSON.parse(voided.output) as VoidedEvent).voided_by).to.match(/^\S+@\S+$/);
    expect(await database.query('select from rates')).to.have.length(0);
    expect((await events('ls')).output).to.match(/voided .* USD-KES 12915 +xe\n$/);

    const restored = await events('restore', rate.event_id, '--by', 'ann');
    expect(restored.output).to.match(/restored_by +ann\n/);
    expect(await database.query('select mid from rates')).to.deep.equal([{ mid: '12915' }]);
    expect((await events('ls')).output).to.equal('no events\n');
  });

  it('refuses wrong usage with exit code 2 and an example, unknown events with 1', async () => {
    expect(await events('void', rate.event_id)).to.deep.equal({
      code: 2,
      output: "error: required option '--reason <text>' not specified\n",
    });
    const wrong = await events('ls', '--day', '2026-13-01');
    expect([wrong.code, wrong.output]).to.deep.equal([2, wrong.output]);
    expect(wrong.output).to.include('this day does not exist, use one like');
    const unknown = makeRate('NGN', '1').event_id;
    const refused = await events('void', unknown, '--reason', 'x');
    expect(refused.code).to.equal(1);
    expect(refused.output).to.include('find it with npm run events -- ls --day YYYY-MM-DD');
  });
});
