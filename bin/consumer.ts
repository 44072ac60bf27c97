import { consumerPart } from '../app/consumer.ts';
import { databasePart, healthPortPart, migrated, streamPart } from '../app/parts.ts';
import { runService } from '../app/run-service.ts';

await runService('consumer', 'Stores the events of the stream in Postgres, once', async (parts) => {
  const db = databasePart(parts, 'consumer');
  const healthIs = await healthPortPart(parts, db);
  await migrated(parts);
  healthIs(consumerPart(parts, { db, stream: await streamPart(parts, db) }));
});
