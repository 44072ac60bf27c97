import type { Response } from 'express';
import type { PipelineQueries } from '../../ledger/pipeline-health.ts';
import { METRICS_TYPE, metricsText } from '../../platform/metrics.ts';
import { sendReady } from '../http/caching.ts';
import type { Contract } from '../http/contract.ts';
import { validators } from '../http/formats.ts';
import type { Handler } from '../http/operations.ts';

export interface ServiceDeps {
  contract: Contract;
  pipeline: PipelineQueries;
  /** Brings the metrics up to date that are read from tables. */
  figures: () => Promise<void>;
}

/**
 * `/livez`: the process answers. `/readyz`: reads work; the rest of the pipeline may be in trouble and is named, since reads go on.
 * `/metrics` and the contract itself.
 */
export function serviceHandlers({
  contract,
  pipeline,
  figures,
}: ServiceDeps): Record<string, Handler> {
  const json = Buffer.from(JSON.stringify(contract.document));
  return {
    livez: async (_question, _req, res) => {
      send(res, JSON_TYPE, JSON.stringify({ status: 'ok' }));
      return undefined;
    },
    readyz: async (_question, _req, res) => {
      const trouble = await pipeline.health();
      const well = Object.values(trouble).every((reason) => reason === null);
      send(
        res,
        JSON_TYPE,
        JSON.stringify({
          status: well ? 'ok' : 'degraded',
          checks: { postgres: null, ...trouble },
        }),
      );
      return undefined;
    },
    metrics: async (_question, _req, res) => {
      // What this process counts is told also while the tables cannot be read.
      await figures().catch(() => undefined);
      send(res, METRICS_TYPE, await metricsText());
      return undefined;
    },
    contract: async (_question, req, res) => {
      const headers = {
        ...validators(json, { modified: null, lasts: null, settled: false }),
        'Content-Type': JSON_TYPE,
      };
      const answer = {
        body: json,
        headers: { ...headers, 'Access-Control-Allow-Origin': '*' },
        route: '/openapi.json',
        until: 0,
      };
      sendReady(req, res, answer);
      return undefined;
    },
  };
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** Of this moment, and kept nowhere. */
function send(res: Response, type: string, text: string): void {
  res
    .writeHead(200, {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      'Content-Length': Buffer.byteLength(text),
    })
    .end(text);
}
