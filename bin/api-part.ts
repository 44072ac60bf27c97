import { buildApp } from '../api/app.ts';
import { type Api, startApi } from '../api/index.ts';
import { pipelineQueries } from '../api/queries/pipeline.ts';
import { rateQueries } from '../api/queries/rates.ts';
import { openRequests } from '../ledger/requests.ts';
import { watchRuns } from '../ledger/run-watch.ts';
import type { Database } from '../platform/database.ts';
import type { Parts } from './parts.ts';

/** The API, listening. What it waits for on behalf of people it hears from the database. */
export async function apiPart(parts: Parts, db: Database): Promise<Api> {
  const { config, log, onClose, url } = parts;
  const { source, CURRENCIES: currencies } = config;
  const requests = openRequests({ db, source, currencies, cooldownSeconds: config.UPDATE_COOLDOWN_SECONDS });
  const runs = watchRuns({ url, find: requests.find, log });
  onClose('run watch', () => runs.stop());
  const deps = {
    rates: rateQueries(db),
    pipeline: pipelineQueries(db, source),
    requests,
    runs,
    currencies,
    apiToken: config.API_TOKEN,
  };
  const api = await startApi(buildApp({ ...deps, log }), { host: config.HOST, port: config.PORT });
  onClose('api', () => api.stop());
  if (source === 'simulator') log.warn('SIMULATED: no XE_API_KEY is set, so rates are made up by the built-in simulator');
  log.info({ url: api.url }, `listening on ${api.url}`);
  return api;
}
