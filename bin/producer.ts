import { databasePart, healthPortPart, migrated, streamPart } from './parts.ts';
import { producerPart } from './producer-part.ts';
import { runService } from './service.ts';

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
