import { expect } from 'chai';
import type { Notifications } from '../../../platform/notifications.ts';
import type { StreamRecord } from '../../../stream/port.ts';
import { openPostgresStream } from '../../../stream/postgres/stream.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { quiet } from '../../support/quiet.ts';
import { describeStreamContract } from '../../support/stream-contract.ts';

describe('the stream on Postgres', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  describeStreamContract(() => Promise.resolve(openPostgresStream({ ...database, log: quiet })));

  it('looks for records itself at once when notifications are lost', async () => {
    const listeners: Parameters<Notifications['subscribe']>[1][] = [];
    const notifications: Notifications = {
      subscribe: (_channel, subscriber) => {
        listeners.push(subscriber);
        return () => {};
      },
      stop: () => Promise.resolve(),
    };
    const stream = openPostgresStream({ ...database, notifications, log: quiet });
    await stream.createTopic({ topic: 'unheard', partitions: 1, replication: 1 });
    const received: StreamRecord[] = [];
    const subscription = await stream.subscribe({
      topic: 'unheard',
      group: 'g',
      onBatch: async (records) => void received.push(...records),
    });
    for (const { onConnect } of listeners) onConnect?.();
    await eventually(() => expect(subscription.health().partitions).to.deep.equal([0]));
    const value = Buffer.from('v');
    await stream.publish('unheard', [{ key: 'k', value, headers: {} }]);
    for (const { onLost } of listeners) onLost?.();
    await eventually(() => expect(received).to.have.length(1), 1500);
    await subscription.stop();
  });
});
