import { openHealthPort } from '../app/context.ts';
import { openEventStream } from '../app/event-stream.ts';
import { migrateWhenReachable, openServiceDatabase } from '../app/postgres.ts';
import { startProducerService } from '../app/producer-service.ts';
import { runService } from '../app/run.ts';

await runService(
  'producer',
  'Fetches rates from the providers on schedule and on request, and publishes them as events',
  async (context) => {
    const db = openServiceDatabase(context, 'producer');
    const setHealth = await openHealthPort(context, db);
    await migrateWhenReachable(context);
    const stream = await openEventStream(context, db);
    setHealth(await startProducerService(context, { db, stream }));
  },
);
