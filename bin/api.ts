import { startApiService } from '../app/api-service.ts';
import { migrateWhenReachable, openServiceDatabase } from '../app/context.ts';
import { runService } from '../app/run.ts';

await runService('api', 'Serves stored rates and loans over HTTP', async (context) => {
  await startApiService(context, openServiceDatabase(context, 'api'));
  await migrateWhenReachable(context);
});
