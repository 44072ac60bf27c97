import { Router } from 'express';
import type { PipelineQueries } from '../queries/pipeline.ts';

/** `/livez`: the process answers. `/readyz`: reads work; the rest of the pipeline may be in trouble and is named, since reads go on. */
export function healthRoutes({ pipeline }: { pipeline: PipelineQueries }): Router {
  const router = Router();
  router.get('/livez', (_req, res) => {
    res.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const trouble = await pipeline.health();
    const well = Object.values(trouble).every((reason) => reason === null);
    res.set('Cache-Control', 'no-store').json({ status: well ? 'ok' : 'degraded', checks: { postgres: null, ...trouble } });
  });
  return router;
}
