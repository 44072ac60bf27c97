import { gzipSync } from 'node:zlib';
import express, { type Request, type Response, Router } from 'express';
import { FAULTS, type Fault } from '../platform/simulated-fault.ts';
import { CODE, DAY, HOUR, timestampText, XeError } from './xe-format.ts';

/**
 * The fault that is being played, for this many more requests; without a number until it is taken
 * back.
 */
export interface FaultSwitch {
  /** The fault of the next request; counts the request. */
  next(): Fault;
  set(fault: Fault, times?: number): void;
  readonly shown: () => { fault: Fault; times: number | null };
}

/** Begins with `first`, until it is set otherwise. */
export function faultSwitch(first: Fault = 'none'): FaultSwitch {
  let fault = first;
  let left = Number.POSITIVE_INFINITY;
  return {
    next: () => {
      const now = fault;
      if (--left <= 0) fault = 'none';
      return now;
    },
    set: (wanted, times = Number.POSITIVE_INFINITY) => {
      fault = wanted;
      left = times;
    },
    shown: () => ({
      fault,
      times: fault === 'none' || left === Number.POSITIVE_INFINITY ? null : left,
    }),
  };
}

const RETRY_SECONDS = 120;
/** 64 MiB of spaces: 64 KiB on the wire. */
const bomb = () => gzipSync(Buffer.alloc(64 << 20, 0x20), { level: 9 });

/**
 * Responds with a fault that replaces the whole response. False when the fault lies in the response
 * itself, or there is none. Throws `XeError` for what XE says in its own words.
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
      throw new XeError(401, 'Bad credentials', CODE.ofCredentials);
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
      const [named = ''] = String(req.query['to'] ?? req.query['from'] ?? '').split(',');
      throw new XeError(400, `No ${named} found on ${timestampText(now)}`, CODE.ofCurrency);
    }
    default:
      return false;
  }
}

/** Turns the text of a good response into a wrong one, for the faults that do so. */
export function spoiled(text: string, fault: Fault, now: Date): string {
  const firstQuote = /\{"quotecurrency":"[A-Z]{3}","mid":[\d.]+\}/.exec(text)?.[0] ?? '';
  const mid = (value: string) => text.replace(/"mid":[\d.]+/, `"mid":${value}`);
  const stamped = (at: number) =>
    text.replace(/"timestamp":"[^"]*"/g, `"timestamp":"${timestampText(new Date(at))}"`);
  switch (fault) {
    case 'truncated':
      return text.slice(0, Math.floor(text.length * 0.7));
    case 'missing-currency':
      return text.replace(`${firstQuote},`, '');
    case 'extra-currency':
      return text.replace(firstQuote, `${firstQuote},{"quotecurrency":"ZAR","mid":17.3000000000}`);
    case 'duplicate-currency':
      return text.replace(firstQuote, `${firstQuote},${firstQuote}`);
    case 'wrong-base':
      return text.replace('"from":"USD"', '"from":"EUR"');
    case 'mid-zero':
      return mid('0.0000000000');
    case 'mid-negative':
      return mid('-1.0000000000');
    case 'mid-nan':
      return mid('"NaN"');
    case 'mid-null':
      return mid('null');
    case 'mid-string':
      return text.replace(/"mid":([\d.]+)/, '"mid":"$1"');
    case 'mid-1e308':
      return mid('1e308');
    case 'stale':
      return stamped(now.getTime() - 25 * HOUR);
    case 'future':
      return stamped(now.getTime() + 2 * DAY);
    default:
      return text;
  }
}

/** Sends a good response byte by byte, a second apart, or breaks off halfway. */
export function sendBadly(res: Response, text: string, fault: 'drip' | 'reset'): void {
  res.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  if (fault === 'reset') {
    res.write(text.slice(0, Math.floor(text.length / 2)), () =>
      setTimeout(() => res.socket?.resetAndDestroy(), 20),
    );
    return;
  }
  let at = 0;
  const timer = setInterval(() => {
    if (at >= text.length) return void res.end();
    res.write(text.charAt(at++));
  }, 1000);
  res.once('close', () => clearInterval(timer));
}

/**
 * `/simulator/fault`, which XE has not: GET tells what is being played and what can be, PUT
 * `{"fault": "429", "times": 3}` plays it, without `times` until DELETE takes it back.
 */
export function faultRoutes(faults: FaultSwitch): Router {
  const router = Router();
  router.get('/fault', (_req, res) => {
    res.json({ ...faults.shown(), known: FAULTS });
  });
  router.put('/fault', express.json({ limit: '1kb' }), (req, res) => {
    const { fault, times } = (req.body ?? {}) as { fault?: unknown; times?: unknown };
    const known = FAULTS.find((name) => name === fault);
    if (known === undefined) throw new XeError(400, `fault must be one of ${FAULTS.join(', ')}`);
    if (times !== undefined && !(Number.isInteger(times) && (times as number) > 0))
      throw new XeError(400, 'times must be a whole number above 0');
    faults.set(known, times as number | undefined);
    res.json(faults.shown());
  });
  router.delete('/fault', (_req, res) => {
    faults.set('none');
    res.json(faults.shown());
  });
  return router;
}
