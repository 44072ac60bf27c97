import { expect } from 'chai';
import { pino } from 'pino';
import { openEventStream } from '../../../app/event-stream.ts';
import { startProducerService } from '../../../app/producer-service.ts';
import { readConfig } from '../../../platform/config.ts';
import { testDatabase } from '../../support/database.ts';
import { dataDir } from '../../support/process.ts';
import { onGiveUp } from '../../support/quiet.ts';

describe('a daily budget below what the schedule needs', () => {
  /** What the producer warns of at its start with this budget; two slots of seven rates need 14. */
  const warningsWith = async (budget: string): Promise<unknown[]> => {
    const logged: Record<string, unknown>[] = [];
    const write = (line: string) => void logged.push(JSON.parse(line));
    const [database, data] = [await testDatabase(), dataDir()];
    const { db, url, notifications } = database;
    const closers: (() => unknown)[] = [];
    const settings = { DATABASE_URL: url, DATA_DIR: data.dir, XE_DAILY_BUDGET: budget };
    const context = {
      ...{ config: readConfig(settings, '/nonexistent/.env'), url, notifications },
      log: pino({ level: 'warn' }, { write }),
      onClose: (_name: string, close: () => unknown) => void closers.push(close),
      signal: new AbortController().signal,
      giveUp: onGiveUp,
    };
    const stream = await openEventStream(context, db);
    await startProducerService(context, { db, stream });
    for (const close of closers.reverse()) await close();
    await database.drop();
    data.remove();
    return logged.filter(({ budget }) => budget !== undefined);
  };

  it('is warned of at the start, with both figures and what to do', async () => {
    const [warning, ...others] = await warningsWith('13');
    expect(others).to.deep.equal([]);
    expect(warning).to.deep.include({ needed: 14, budget: 13 });
    expect((warning as { msg: string }).msg).to.match(
      /later slots will fail; raise XE_DAILY_BUDGET or schedule fewer slots/,
    );
    expect(await warningsWith('14')).to.deep.equal([]);
  });
});
