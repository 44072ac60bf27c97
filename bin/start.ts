import { requireFreePort } from '../api/http/server.ts';
import type { AppContext } from '../app/context.ts';
import { migrateWhenReachable, openServiceDatabase } from '../app/postgres.ts';
import { runService } from '../app/run.ts';
import { retryUntilDone } from '../platform/back-off.ts';
import { openDatabase } from '../platform/database.ts';

// The API loads while Postgres comes up, and the pipeline once the API is there to be read.
const loadingApi = import('../app/api-service.ts');

await runService(
  'start',
  'The whole pipeline in one process: Postgres, simulator or providers, producer, consumer and API',
  async (context) => {
    const db = openServiceDatabase(context, 'start');
    const { startApiService } = await loadingApi;
    const { url, migrated } = await startApiService(context, db);
    const [loadingStream, loadingConsumer, loadingProducer] = [
      import('../app/event-stream.ts'),
      import('../app/consumer-service.ts'),
      import('../app/producer-service.ts'),
    ];
    await migrateWhenReachable(context);
    migrated();
    const { openEventStream } = await loadingStream;
    const stream = await openEventStream(context, db);
    const { startConsumerService } = await loadingConsumer;
    const { startProducerService } = await loadingProducer;
    startConsumerService(context, { db, stream });
    await startProducerService(context, { db, stream, history: true });
    await seedEmptyBook(context);
    return `ready: ${url}`;
  },
  requireFreePort,
);

/** Loads the sample loan book at a first start; any book that is there stays as it is. */
async function seedEmptyBook({ url, log, signal }: AppContext): Promise<void> {
  const seed = async () => {
    const db = openDatabase({ url, name: 'seed', deadlines: 'none', poolSize: 1 });
    try {
      if (await db('loans').first('loan_id')) return;
      const { seedLoanBook } = await import('../loans/sample.ts');
      const { seeded } = await seedLoanBook(db);
      if (seeded) log.info('sample loan book loaded; npm run seed shows what was repaired');
    } finally {
      await db.destroy();
    }
  };
  await retryUntilDone('sample loan book', seed, { log, signal });
}
