import { apiPart } from '../app/api.ts';
import { databasePart, migrated } from '../app/parts.ts';
import { runService } from '../app/run-service.ts';

await runService('api', 'Answers HTTP requests from what is stored', async (parts) => {
  await apiPart(parts, databasePart(parts, 'api'));
  await migrated(parts);
});
