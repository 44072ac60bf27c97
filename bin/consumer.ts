import { startConsumerService } from '../app/consumer-service.ts';
import { openHealthPort } from '../app/context.ts';
import { openEventStream } from '../app/event-stream.ts';
import { migrateWhenReachable, openServiceDatabase } from '../app/postgres.ts';
import { runService } from '../app/run.ts';

await runService('consumer', 'Stores the events of the stream in Postgres', async (context) => {
  const db = openServiceDatabase(context, 'consumer');
  const setHealth = await openHealthPort(context, db);
  await migrateWhenReachable(context);
  const stream = await openEventStream(context, db);
  setHealth(startConsumerService(context, { db, stream }));
});
