import { startApiService } from '../app/api-service.ts';
import { keepHeartbeat } from '../app/context.ts';
import { migrateWhenReachable, openServiceDatabase } from '../app/postgres.ts';
import { runService } from '../app/run.ts';
import { HEALTHY } from '../platform/health.ts';

await runService('api', 'Serves stored rates and loans over HTTP', async (context) => {
  const db = openServiceDatabase(context, 'api');
  const { migrated } = await startApiService(context, db);
  await migrateWhenReachable(context);
  migrated();
  // So that doctor can compare its settings with those of the others.
  keepHeartbeat(context, { db, service: 'api', health: async () => ({ ...HEALTHY }) });
});
