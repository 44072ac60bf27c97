import { createHash, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { Request, RequestHandler } from 'express';
import { Refused } from './problems.ts';

export interface GuardSettings {
  apiToken: string | undefined;
  /** The address that the API listens on. */
  host: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/**
 * For what writes and what is nobody else's business: wants the bearer token, and where none is set a loopback address and a name
 * of this machine, so that no page which has its own name point here can read along.
 */
export function guard({ apiToken, host }: GuardSettings): RequestHandler {
  const wanted = apiToken === undefined ? null : sha256(apiToken);
  const loopback = isLoopback(host);
  return (req, res, next) => {
    if (wanted) {
      const given = /^Bearer (.+)$/i.exec(req.get('authorization') ?? '')?.[1] ?? '';
      res.vary('Authorization');
      if (!timingSafeEqual(sha256(given), wanted))
        throw new Refused('unauthorized', 'expected the header Authorization: Bearer API_TOKEN', {
          headers: { 'WWW-Authenticate': 'Bearer' },
        });
    } else if (!loopback) {
      throw new Refused(
        'no-token-set',
        `this is refused while no API_TOKEN is set and the service listens on ${host}: set API_TOKEN, or HOST=127.0.0.1`,
      );
    } else if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(req.get('host') ?? '')) {
      throw new Refused(
        'wrong-host',
        `expected the host localhost, 127.0.0.1 or [::1], got ${JSON.stringify(req.get('host') ?? '').slice(0, 100)}`,
      );
    }
    next();
  };
}

/** For what writes: not for another site's page, which a browser would call with a person's own reach, and not in advance. */
export const sameSite: RequestHandler = (req, _res, next) => {
  const site = req.get('sec-fetch-site');
  if (site === 'cross-site' || site === 'same-site')
    throw new Refused(
      'foreign-page',
      `refused for a page of another site (Sec-Fetch-Site: ${site})`,
    );
  if (isForeign(req)) throw new Refused('foreign-page', 'refused for a page of another origin');
  if (/prefetch/i.test(`${req.get('sec-purpose') ?? ''} ${req.get('purpose') ?? ''}`))
    throw new Refused(
      'foreign-page',
      'refused for a browser that loads in advance (Sec-Purpose: prefetch)',
    );
  next();
};

function isForeign(req: Request): boolean {
  const origin = req.get('origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== req.get('host');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
