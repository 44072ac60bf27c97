import { databasePart, migrated, type Parts, streamPart } from '../app/parts.ts';
import { runService } from '../app/run-service.ts';
import { retryUntilDone } from '../platform/back-off.ts';
import { openDatabase } from '../platform/database.ts';
import { classify } from '../platform/faults.ts';

// Loaded while Postgres comes up, what answers people first: loading takes as long as the server does.
const loadingApi = import('../app/api.ts');
const loadingPipeline = loadingApi.then(() =>
  Promise.all([import('../app/consumer.ts'), import('../app/producer.ts')]),
);

await runService(
  'start',
  'The whole pipeline in one process: Postgres, simulator or XE, producer, consumer and API',
  async (parts) => {
    const db = databasePart(parts, 'start');
    const { apiPart } = await loadingApi;
    await apiPart(parts, db);
    await migrated(parts);
    const stream = await streamPart(parts, db);
    const [{ consumerPart }, { producerPart }] = await loadingPipeline;
    consumerPart(parts, { db, stream });
    await producerPart(parts, { db, stream, history: true });
    await seedEmptyBook(parts);
  },
);

/** A first start brings the sample loan book along; a book that is there, the sample too, is left as it is. */
async function seedEmptyBook({ url, log, signal }: Parts): Promise<void> {
  const seed = async () => {
    const db = openDatabase({ url, name: 'seed', deadlines: 'none', poolSize: 1 });
    try {
      if (await db('loans').first('loan_id')) return;
      const { seedLoanBook } = await import('../loans/sample.ts');
      const { seeded } = await seedLoanBook(db);
      if (seeded) log.info('the sample loan book is loaded; npm run seed tells what was cleaned');
    } finally {
      await db.destroy();
    }
  };
  await retryUntilDone('sample loan book', seed, {
    log,
    signal,
    fatal: (error) => (classify(error) === 'outage' ? null : (error as Error)),
  });
}
