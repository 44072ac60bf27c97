import { createServer } from 'node:http';
import { CannotStart } from './errors.ts';
import type { ServiceHealth } from './health.ts';
import { METRICS_TYPE, metricsText } from './metrics.ts';

/**
 * A service's own `/livez`, `/readyz` and `/metrics`, for whatever watches its container: 200 while it lives, and 503 with the reason
 * while it cannot do its work. Throws `CannotStart` when the port cannot be had.
 */
export async function startHealthServer({
  host,
  port,
  health,
  figures,
}: {
  host: string;
  port: number;
  health: () => Promise<ServiceHealth>;
  /** Brings the metrics up to date that are read from tables; while they cannot be, the others are told. */
  figures: () => Promise<void>;
}) {
  const server = createServer(
    { headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 1000 },
    (req, res) => {
      const answer = (status: number, body: object) => {
        res
          .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
          .end(JSON.stringify(body));
      };
      const path = req.url?.split('?')[0];
      if (path === '/livez') answer(200, { status: 'ok' });
      else if (path === '/readyz') {
        health().then(
          (state) =>
            answer(state.trouble ? 503 : 200, {
              status: state.trouble ? 'unavailable' : 'ok',
              ...state,
            }),
          (error: Error) => answer(503, { status: 'unavailable', trouble: error.message }),
        );
      } else if (path === '/metrics') {
        figures()
          .catch(() => undefined)
          .then(metricsText)
          .then((text) =>
            res
              .writeHead(200, { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' })
              .end(text),
          )
          .catch((error: Error) => answer(500, { status: 500, detail: error.message }));
      } else answer(404, { status: 404, detail: `there is nothing at ${path}` });
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new CannotStart(
          `METRICS_PORT ${port} on ${host} cannot be had (${error.code}): set it to a free one`,
          { cause: error },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
  return {
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
