import { seedLoanBook } from '../loans/sample.ts';
import { untilDone } from '../platform/back-off.ts';
import { openDatabase } from '../platform/database.ts';
import { databaseFault } from '../platform/sqlstate.ts';
import { apiPart } from './api-part.ts';
import { consumerPart } from './consumer-part.ts';
import { databasePart, migrated, type Parts, streamPart } from './parts.ts';
import { producerPart } from './producer-part.ts';
import { runService } from './service.ts';

await runService(
  'start',
  'The whole pipeline in one process: Postgres, simulator or XE, producer, consumer and API',
  async (parts) => {
    const db = databasePart(parts, 'start');
    await apiPart(parts, db);
    await migrated(parts);
    const stream = await streamPart(parts, db);
    consumerPart(parts, { db, stream });
    await producerPart(parts, { db, stream, history: true });
    await seedEmptyBook(parts);
  },
);

/** A first start brings the sample loan book along; a book that is there, the sample too, is left as it is. */
async function seedEmptyBook({ url, log, signal }: Parts): Promise<void> {
  const seed = async () => {
    const db = openDatabase({ url, name: 'seed', patient: true, poolSize: 1 });
    try {
      if (await db('loans').first('loan_id')) return;
      const { seeded } = await seedLoanBook(db);
      if (seeded) log.info('the sample loan book is loaded; npm run seed tells what was cleaned');
    } finally {
      await db.destroy();
    }
  };
  await untilDone('loan book', seed, {
    log,
    signal,
    hopeless: (error) => (databaseFault(error) === 'away' ? null : (error as Error)),
  });
}
