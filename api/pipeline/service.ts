import type { Request, Response } from 'express';
import type { HealthProblem } from '../../ledger/health.ts';
import type { Logger } from '../../platform/logger.ts';
import { METRICS_TYPE, metricsText } from '../../platform/metrics.ts';
import { cacheHeaders, sendCached } from '../http/caching.ts';
import type { Contract } from '../http/contract.ts';
import type { Handler } from '../http/operations.ts';
import { Refused } from '../http/problems.ts';

export interface ServiceDeps {
  contract: Contract;
  readProblems: () => Promise<readonly HealthProblem[]>;
  /** Updates the metrics that come from tables. */
  updateMetrics: () => Promise<void>;
  seesDetails: (req: Request, res: Response) => boolean;
  /** With API_TOKEN set, /metrics requires it, unless METRICS=public. */
  publicMetrics: boolean;
  log: Logger;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const COMPONENTS = ['producer', 'consumer', 'rates'] as const;

/** Liveness, readiness, metrics and the contract. */
export function serviceHandlers(deps: ServiceDeps): Record<string, Handler> {
  const { contract, readProblems, updateMetrics, seesDetails, publicMetrics, log } = deps;
  const document = Buffer.from(JSON.stringify(contract.document));
  return {
    livez: async (_params, _req, res) => {
      send(res, JSON_TYPE, JSON.stringify({ status: 'ok' }));
      return undefined;
    },
    readyz: async (_params, req, res) => {
      const problems = await readProblems();
      const hasDetails = seesDetails(req, res);
      const checks = COMPONENTS.map((name) => {
        const problem = problems.find(({ component }) => component === name);
        const isShown = hasDetails || name === 'rates';
        return [name, problem ? (isShown ? problem.detail : problem.code) : null];
      });
      const status = problems.length === 0 ? 'ok' : 'degraded';
      const body = { status, checks: { postgres: null, ...Object.fromEntries(checks) } };
      send(res, JSON_TYPE, JSON.stringify(body));
      return undefined;
    },
    metrics: async (_params, req, res) => {
      if (!publicMetrics && !seesDetails(req, res))
        throw new Refused('unauthorized', 'send Authorization: Bearer API_TOKEN', {
          headers: { 'WWW-Authenticate': 'Bearer' },
        });
      // The process's own metrics are shown even while the tables cannot be read.
      await updateMetrics().catch((err) => log.warn({ err }, 'table metrics not refreshed'));
      send(res, METRICS_TYPE, await metricsText());
      return undefined;
    },
    contract: async (_params, req, res) => {
      const headers = {
        ...cacheHeaders(res, document, { isFinal: false }),
        'Content-Type': JSON_TYPE,
        'Access-Control-Allow-Origin': '*',
      };
      await sendCached(req, res, { body: document, headers });
      return undefined;
    },
  };
}

/** A response of this moment, never cached. */
function send(res: Response, type: string, text: string): void {
  res
    .writeHead(200, {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      'Content-Length': Buffer.byteLength(text),
    })
    .end(text);
}
