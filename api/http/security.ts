import { createHash, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import { Refused } from './problems.ts';

export interface TokenSettings {
  apiToken: string | undefined;
  /** The address that the API listens on. */
  host: string;
  trustProxy: number;
}

/** Headers by which a reverse proxy shows itself. */
const PROXY_HEADER =
  /^(x-forwarded-.+|forwarded|via|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip)$/;
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/**
 * Protects write and private endpoints. Requires the bearer token. Without one configured, only
 * direct loopback requests pass, with a local Host header (prevents DNS rebinding): a proxy on
 * this machine would make everybody's requests come from loopback.
 */
export function requireToken(settings: TokenSettings): RequestHandler {
  const refusalOf = accessRule(settings);
  return (req, res, next) => {
    if (settings.apiToken !== undefined) res.vary('Authorization');
    const refusal = refusalOf(req);
    if (refusal) throw refusal;
    next();
  };
}

/** Whether a request may see details that are not public. Decides as `requireToken` does. */
export function accessCheck(settings: TokenSettings): (req: Request, res: Response) => boolean {
  const refusalOf = accessRule(settings);
  return (req, res) => {
    if (settings.apiToken === undefined) return true;
    res.vary('Authorization');
    return refusalOf(req) === null;
  };
}

function accessRule({ apiToken, host, trustProxy }: TokenSettings) {
  const expected = apiToken === undefined ? null : sha256(apiToken);
  return (req: Request): Refused | null => {
    if (expected) {
      const given = /^Bearer (.+)$/i.exec(req.get('authorization') ?? '')?.[1] ?? '';
      return timingSafeEqual(sha256(given), expected)
        ? null
        : new Refused('unauthorized', 'send the header Authorization: Bearer API_TOKEN', {
            headers: { 'WWW-Authenticate': 'Bearer' },
          });
    }
    if (!isLoopback(host))
      return new Refused(
        'no-token-set',
        `no API_TOKEN is set and the service listens on ${host}: set API_TOKEN, or HOST=127.0.0.1`,
      );
    const sign = proxySign(req, trustProxy);
    if (sign)
      return new Refused(
        'no-token-set',
        `no API_TOKEN is set and the request came through a proxy (${sign}): set API_TOKEN`,
      );
    const given = req.get('host') ?? '';
    return LOCAL_HOST.test(given)
      ? null
      : new Refused(
          'wrong-host',
          `use the host localhost, 127.0.0.1 or [::1], got ${JSON.stringify(given).slice(0, 100)}`,
        );
  };
}

/** What shows that a request did not come straight from this machine, or null. */
function proxySign(req: Request, trustProxy: number): string | null {
  if (trustProxy > 0) return 'TRUST_PROXY is set';
  const header = Object.keys(req.headers).find((name) => PROXY_HEADER.test(name));
  if (header) return `header ${header}`;
  // nginx speaks HTTP/1.0 to its upstream unless configured otherwise; no browser does.
  if (req.httpVersion === '1.0') return 'HTTP/1.0';
  const peer = req.socket.remoteAddress ?? '';
  return isLoopback(peer.replace(/^::ffff:/i, '')) ? null : 'not from this machine';
}

/**
 * CSRF protection for write endpoints: refuses requests that a page of another site makes, and
 * browser prefetch. `Sec-Fetch-Site: same-origin` is proof, whatever Host a proxy sends; without
 * that header, Origin must match Host.
 */
export const refuseCrossSite: RequestHandler = (req, _res, next) => {
  const site = req.get('sec-fetch-site');
  if (site === 'cross-site' || site === 'same-site')
    throw new Refused('foreign-page', `refused: a page of another site (Sec-Fetch-Site: ${site})`);
  if (site !== 'same-origin' && isForeignOrigin(req))
    throw new Refused('foreign-page', 'refused: a page of another origin');
  if (/prefetch/i.test(`${req.get('sec-purpose') ?? ''} ${req.get('purpose') ?? ''}`))
    throw new Refused('foreign-page', 'refused: browser prefetch (Sec-Purpose: prefetch)');
  next();
};

/** CORS: rates are public, any page may read them. */
export const allowAnyOrigin: RequestHandler = (_req, res, next) => {
  res.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Link, Retry-After, X-Request-Id',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
  next();
};

/** CORS: answers a browser's preflight request. */
export const answerPreflight: RequestHandler = (_req, res) => {
  res
    .set({
      'Access-Control-Allow-Methods': 'GET, HEAD',
      'Access-Control-Allow-Headers': 'Accept, Content-Type, If-None-Match, X-Requested-With',
      'Access-Control-Max-Age': '86400',
    })
    .sendStatus(204);
};

function isForeignOrigin(req: Request): boolean {
  const origin = req.get('origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== req.get('host');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
