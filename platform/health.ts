import { createServer, type RequestListener, type Server } from 'node:http';
import { CannotStart, StreamUnavailable, UpstreamError } from './errors.ts';
import { classify } from './faults.ts';
import type { Logger } from './logger.ts';
import { METRICS_TYPE, metricsText } from './metrics.ts';

/** Stable codes, published by `/readyz`, `status --json` and metrics: only add. */
export type HealthCode =
  | 'starting'
  | 'postgres_unavailable'
  | 'disk_full'
  | 'stream_unavailable'
  | 'stream_refused'
  | 'registry_unavailable'
  | 'registry_not_set'
  | 'schema_incompatible'
  | 'codec_unreadable'
  | 'log_gap'
  | 'provider_unavailable'
  | 'provider_refused'
  | 'budget_spent'
  | 'events_not_stored'
  | 'no_newer_rate'
  | 'rates_hidden'
  | 'bug';

/** What is wrong, as a sentence for an operator and as a code; both are null when nothing is. */
export interface Trouble {
  readonly trouble: string | null;
  readonly code: HealthCode | null;
}

/** How a service is doing, with details such as its lag. */
export interface ServiceHealth extends Trouble {
  readonly [detail: string]: unknown;
}

export const HEALTHY: Trouble = { trouble: null, code: null };

/** Describes a failure for health and logs: which dependency it is about, and what to do. */
export function troubleOf(err: unknown): { trouble: string; code: HealthCode } {
  const code = healthCode(err);
  const { message, code: cause } = err as { message?: string; code?: string };
  const reason = message || cause || String(err);
  if (code === 'disk_full')
    return {
      code,
      trouble:
        err instanceof CannotStart
          ? reason
          : `the disk of the Postgres server is full (${reason}): free space on it`,
    };
  if (code === 'postgres_unavailable')
    return { code, trouble: `Postgres is unavailable: ${reason}` };
  return { code, trouble: reason };
}

/** The same of a failure on the way to or from the stream. */
export function streamTroubleOf(err: unknown): { trouble: string; code: HealthCode } {
  const { trouble, code } = troubleOf(err);
  return { trouble: `stream: ${trouble}`, code };
}

function healthCode(err: unknown): HealthCode {
  if (err instanceof StreamUnavailable) return err.healthCode;
  if (err instanceof UpstreamError)
    return err.retryable ? 'provider_unavailable' : 'provider_refused';
  if ((err as { code?: unknown }).code === '53100') return 'disk_full';
  return classify(err) === 'outage' ? 'postgres_unavailable' : 'bug';
}

interface HealthServerDeps {
  health: () => Promise<ServiceHealth>;
  /** Refreshes the metrics that are read from tables. If it fails, the other metrics are served. */
  refreshMetrics: () => Promise<void>;
  log: Logger;
}

/**
 * Serves a service's own `/livez`, `/readyz` and `/metrics` for its orchestrator: 200 while it is
 * alive or ready, 503 with the reason while it is not. Throws `CannotStart` if the port is taken.
 */
export async function startHealthServer({
  host,
  port,
  ...deps
}: HealthServerDeps & { host: string; port: number }) {
  const server = createServer(
    { headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 1000 },
    healthListener(deps),
  );
  await listen(server, host, port);
  return {
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function healthListener({ health, refreshMetrics, log }: HealthServerDeps): RequestListener {
  const readiness = async (): Promise<[number, object]> => {
    try {
      const state = await health();
      if (state.trouble) return [503, { status: 'unavailable', ...state }];
      return [200, { status: 'ok', ...state }];
    } catch (err) {
      log.error({ err }, 'health check failed, answering 503');
      return [503, { status: 'unavailable', trouble: (err as Error).message }];
    }
  };
  const currentMetrics = async () => {
    await refreshMetrics().catch((err) => log.warn({ err }, 'table metrics not refreshed'));
    return metricsText();
  };
  return (req, res) => {
    const send = (status: number, type: string, body: string) =>
      res.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    const sendJson = (status: number, body: object) =>
      send(status, 'application/json', JSON.stringify(body));
    const path = req.url?.split('?')[0];
    if (path === '/livez') sendJson(200, { status: 'ok' });
    else if (path === '/readyz') void readiness().then(([status, body]) => sendJson(status, body));
    else if (path === '/metrics')
      currentMetrics().then(
        (text) => send(200, METRICS_TYPE, text),
        (err: Error) => {
          log.error({ err }, 'metrics failed, answering 500');
          sendJson(500, { status: 500, detail: err.message });
        },
      );
    else sendJson(404, { status: 404, detail: `not found: ${path}` });
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (err: NodeJS.ErrnoException) => {
      const message = `METRICS_PORT ${port} on ${host} is not available (${err.code}): `;
      reject(new CannotStart(`${message}set it to a free port`, { cause: err }));
    });
    server.listen(port, host, resolve);
  });
}
