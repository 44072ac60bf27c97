import { gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';
import type { Fault } from '../platform/simulated-fault.ts';
import { timestampText } from './timestamp.ts';
import { XeError } from './xe-error.ts';

const RETRY_SECONDS = 120;
/** 64 MiB of spaces: 64 KiB on the wire. */
const bomb = () => gzipSync(Buffer.alloc(64 << 20, 0x20), { level: 9 });

/**
 * Answers a question with a fault that takes the place of the whole answer. True when it has; false when the fault lies in the
 * answer itself, or there is none. Throws `XeError` for what XE says in its own words.
 */
export function refuse(
  req: Request,
  res: Response,
  { fault, now }: { fault: Fault; now: Date },
): boolean {
  switch (fault) {
    case '304':
      res.status(304).end();
      return true;
    case '401':
      throw new XeError(401, 'Bad credentials', 1);
    case '403':
      throw new XeError(403, 'Your package does not permit this');
    case '404':
      throw new XeError(404, 'Not found');
    case '429':
      res.set('X-RateLimit-Reset', String(Math.floor(now.getTime() / 1000) + RETRY_SECONDS));
      throw new XeError(429, 'Too many requests');
    case '429-seconds':
      res.set('Retry-After', String(RETRY_SECONDS));
      throw new XeError(429, 'Too many requests');
    case '429-date':
      res.set('Retry-After', new Date(now.getTime() + RETRY_SECONDS * 1000).toUTCString());
      throw new XeError(429, 'Too many requests');
    case '500':
      throw new XeError(500, 'An unexpected error occurred', 0);
    case '502':
    case '503':
      res.status(Number(fault)).type('html').send('<html><body>The upstream is away</body></html>');
      return true;
    case 'hang':
      return true;
    case 'html':
      res.type('html').send('<html><body>Scheduled maintenance</body></html>');
      return true;
    case 'empty':
      res.type('json').end();
      return true;
    case 'gzip-bomb':
      res.set({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }).end(bomb());
      return true;
    case 'error-200':
      res.json({
        code: 9200,
        message: 'An error with status 200',
        documentation_url: 'https://xecdapi.xe.com/docs/v1/',
      });
      return true;
    case 'redirect':
      res.redirect(302, req.originalUrl);
      return true;
    case 'unknown-currency': {
      const named = String(req.query['to'] ?? req.query['from'] ?? '')
        .split(',')
        .slice(0, 1);
      throw new XeError(400, `No ${named.join(', ')} found on ${timestampText(now)}`, 7);
    }
    default:
      return false;
  }
}
