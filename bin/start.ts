import type { AppContext } from '../app/context.ts';
import { openEventStream } from '../app/event-stream.ts';
import { migrateWhenReachable, openServiceDatabase } from '../app/postgres.ts';
import { runService } from '../app/run.ts';
import { retryUntilDone } from '../platform/back-off.ts';
import { openDatabase } from '../platform/database.ts';

// Loading takes as long as Postgres needs to come up, so both go on at once; the API is first.
const loadingApi = import('../app/api-service.ts');
const loadingPipeline = loadingApi.then(() =>
  Promise.all([import('../app/consumer-service.ts'), import('../app/producer-service.ts')]),
);

await runService(
  'start',
  'The whole pipeline in one process: Postgres, simulator or providers, producer, consumer and API',
  async (context) => {
    const db = openServiceDatabase(context, 'start');
    const { startApiService } = await loadingApi;
    await startApiService(context, db);
    await migrateWhenReachable(context);
    const stream = await openEventStream(context, db);
    const [{ startConsumerService }, { startProducerService }] = await loadingPipeline;
    startConsumerService(context, { db, stream });
    await startProducerService(context, { db, stream, history: true });
    await seedEmptyBook(context);
  },
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
