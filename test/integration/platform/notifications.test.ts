import { expect } from 'chai';
import { openDatabase } from '../../../platform/database.ts';
import { openNotifications } from '../../../platform/notifications.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { quiet } from '../../support/quiet.ts';

describe('notifications', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());

  it('deliver the payload to every subscriber of the channel, and to no other', async () => {
    const { notifications, query } = database;
    const seen: string[] = [];
    const connected = new Promise<void>((onConnect) =>
      notifications.subscribe('runs', { onNotify: (run) => seen.push(`runs ${run}`), onConnect }),
    );
    notifications.subscribe('rates', { onNotify: () => seen.push('rates') });
    await connected;
    await query("select announce('runs', 'r1')");
    await eventually(() => expect(seen).to.deep.equal(['runs r1']));
    await query("select announce('rates')");
    await eventually(() => expect(seen).to.deep.equal(['runs r1', 'rates']));
  });

  it('tell when the connection is lost and when it is back', async () => {
    const { notifications, query } = database;
    const seen: string[] = [];
    notifications.subscribe('rates', {
      onNotify: () => seen.push('rates'),
      onConnect: () => seen.push('connected'),
      onLost: () => seen.push('lost'),
    });
    await eventually(() => expect(seen).to.deep.equal(['connected']));
    await query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like '%notifications'`,
    );
    await eventually(() => expect(seen).to.deep.equal(['connected', 'lost', 'connected']));
  });

  it('stay within the schema: another installation does not receive them', async () => {
    const { query, url } = database;
    await query('create schema other');
    const inOther = new URL(url);
    inOther.searchParams.set('options', '-c search_path=other');
    const other = openNotifications({ url: inOther.href, log: quiet });
    const db = openDatabase({ url, name: 'test' });
    const heard: string[] = [];
    try {
      await new Promise<void>((onConnect) =>
        other.subscribe('rates', { onNotify: () => heard.push('other'), onConnect }),
      );
      await new Promise<void>((onConnect) =>
        database.notifications.subscribe('rates', {
          onNotify: () => heard.push('own'),
          onConnect,
        }),
      );
      await db.raw("select announce('rates')");
      await eventually(() => expect(heard).to.deep.equal(['own']));
    } finally {
      await other.stop();
      await db.destroy();
    }
  });
});
