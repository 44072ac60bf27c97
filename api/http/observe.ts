import type { RequestHandler } from 'express';
import type { Logger } from '../../platform/logger.ts';
import { metrics } from '../../platform/metrics.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** Measures every request by the template of its route, so that addresses never become labels. */
export function measureRequests(log: Logger): RequestHandler {
  return (req, res, next) => {
    const began = performance.now();
    res.once('close', () => {
      const seconds = (performance.now() - began) / 1000;
      const { method, originalUrl } = req;
      const route = (res.locals['route'] as string | undefined) ?? 'none';
      const status = res.statusCode;
      metrics.requestSeconds.observe(
        { method: METHODS.has(method) ? method : 'other', route, status },
        seconds,
      );
      // At debug level only: an address may hold personal data.
      if (log.isLevelEnabled('debug'))
        log.debug({ method, url: originalUrl.slice(0, 500), status, seconds }, 'request');
    });
    next();
  };
}
