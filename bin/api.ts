import { startApiService } from '../app/api-service.ts';
import { keepHeartbeat } from '../app/context.ts';
import { migrateWhenReachable, openServiceDatabase } from '../app/postgres.ts';
import { runService } from '../app/run.ts';
import { HEALTHY } from '../platform/health.ts';

await runService('api', 'Serves stored rates and loans over HTTP', async (context) => {
  const db = openServiceDatabase(context, 'api');
  await startApiService(context, db);
  await migrateWhenReachable(context);
  // So that doctor can compare its settings with those of the others.
  keepHeartbeat(context, { db, service: 'api', health: async () => ({ ...HEALTHY }) });
});
