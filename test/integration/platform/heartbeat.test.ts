import { expect } from 'chai';
import { HEALTHY } from '../../../platform/health.ts';
import { heartbeats, startHeartbeat } from '../../../platform/heartbeat.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { onGiveUp, quiet } from '../../support/quiet.ts';

describe('a heartbeat', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());
  const add = (service: string, instance: string, seconds: number) =>
    database.query(
      `insert into services (service, instance, started_at, seen_at, health)
       values (?, ?, now(), now() - make_interval(secs => ?), '{"trouble": null, "code": null}')`,
      [service, instance, seconds],
    );
  const rows = async () => (await heartbeats(database.db)).map(({ instance }) => instance);

  it('publishes health and settings, and is deleted when the service stops', async () => {
    const heartbeat = startHeartbeat({
      db: database.db,
      service: 'producer',
      health: async () => ({ ...HEALTHY, lag: 3 }),
      settings: { SCHEDULE: '0 1 * * *' },
      onGiveUp,
      log: quiet,
    });
    await eventually(async () => expect(await rows()).to.have.length(1));
    const [beat] = await heartbeats(database.db);
    expect(beat).to.deep.include({
      service: 'producer',
      health: { trouble: null, code: null, lag: 3 },
      settings: { SCHEDULE: '0 1 * * *' },
    });
    await heartbeat.stop();
    expect(await rows()).to.deep.equal([]);
  });

  it('deletes the row of a dead instance, and no row of another service', async () => {
    await add('consumer', 'dead', 21);
    await add('consumer', 'live', 5);
    await add('producer', 'dead producer', 500);
    const heartbeat = startHeartbeat({
      db: database.db,
      service: 'consumer',
      health: async () => ({ ...HEALTHY }),
      onGiveUp,
      log: quiet,
    });
    await eventually(async () => expect(await rows()).to.not.include('dead'));
    expect(await rows())
      .to.include.members(['live', 'dead producer'])
      .and.to.have.length(3);
    await heartbeat.stop();
  });
});
