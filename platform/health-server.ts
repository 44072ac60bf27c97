import { createServer, type RequestListener, type Server } from 'node:http';
import { CannotStart } from './errors.ts';
import type { ServiceHealth } from './health.ts';
import type { Logger } from './logger.ts';
import { METRICS_TYPE, metricsText } from './metrics.ts';

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
