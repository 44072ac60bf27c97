import { apiPart } from './api-part.ts';
import { databasePart, migrated } from './parts.ts';
import { runService } from './service.ts';

await runService('api', 'Answers HTTP requests from what is stored', async (parts) => {
  await apiPart(parts, databasePart(parts, 'api'));
  await migrated(parts);
});
