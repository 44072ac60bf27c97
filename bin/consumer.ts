import { consumerPart } from './consumer-part.ts';
import { databasePart, healthPortPart, migrated, streamPart } from './parts.ts';
import { runService } from './service.ts';

await runService('consumer', 'Stores the events of the stream in Postgres, once', async (parts) => {
  const db = databasePart(parts, 'consumer');
  const healthIs = await healthPortPart(parts, db);
  await migrated(parts);
  healthIs(consumerPart(parts, { db, stream: await streamPart(parts, db) }));
});
