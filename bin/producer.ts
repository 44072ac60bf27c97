import { databasePart, healthPortPart, migrated, streamPart } from '../app/parts.ts';
import { producerPart } from '../app/producer.ts';
import { runService } from '../app/run-service.ts';

await runService(
  'producer',
  'Pulls rates from XE on schedule and on request, and publishes them as events',
  async (parts) => {
    const db = databasePart(parts, 'producer');
    const healthIs = await healthPortPart(parts, db);
    await migrated(parts);
    healthIs(await producerPart(parts, { db, stream: await streamPart(parts, db) }));
  },
);
