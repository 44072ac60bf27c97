import { startApiHeartbeat, startApiService } from '../app/api-service.ts';
import { migrateWhenReachable, openServiceDatabase } from '../app/postgres.ts';
import { runService } from '../app/run.ts';

await runService('api', 'Serves stored rates and loans over HTTP', async (context) => {
  const db = openServiceDatabase(context, 'api');
  await startApiService(context, db);
  await migrateWhenReachable(context);
  startApiHeartbeat(context, db);
});
