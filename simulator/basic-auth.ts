import type { RequestHandler } from 'express';
import { XeError } from './xe-error.ts';

/** Lets a call through that carries the account's id and key by HTTP Basic; anything else gets XE's 401, code 1. */
export function basicAuth({
  accountId,
  apiKey,
}: {
  accountId: string;
  apiKey: string;
}): RequestHandler {
  return (req, res, next) => {
    const [scheme = '', encoded = ''] = (req.headers.authorization ?? '').split(' ');
    const given = Buffer.from(encoded, 'base64').toString('utf8');
    if (scheme.toLowerCase() === 'basic' && given === `${accountId}:${apiKey}`) return next();
    res.set('WWW-Authenticate', 'Basic realm="XE API simulator"');
    throw new XeError(401, 'Bad credentials', 1);
  };
}
