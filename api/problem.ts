import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { InvalidRequest } from '../platform/errors.ts';
import { databaseFault } from '../platform/sqlstate.ts';

/** An error as RFC 9457 wants it: `detail` is for the person who asked. */
function sendProblem(res: Response, status: number, detail: string): void {
  res
    .status(status)
    .set('Cache-Control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail }));
}

export const notFound: RequestHandler = (req, res) => {
  sendProblem(res, 404, `there is nothing at ${req.path}`);
};

/** For a known path: what may be done with it is named, the rest refused. */
export function onlyMethods(...methods: string[]): RequestHandler {
  return (req, res) => {
    res.set('Allow', methods.join(', '));
    sendProblem(res, 405, `${req.method} is not possible here, ${methods.join(' and ')} ${methods.length > 1 ? 'are' : 'is'}`);
  };
}

/** A service that starts before the migrations have run finds no tables. */
const UNDEFINED: Readonly<Record<string, string>> = {
  '42P01': 'the database has no tables yet (npm run migrate makes them)',
};

/** The one place where a request's error becomes an answer. What is our fault is logged in full and told in one sentence. */
export const problems: ErrorRequestHandler = (error, req, res, next) => {
  if (res.headersSent) return next(error);
  if (error instanceof InvalidRequest) return sendProblem(res, error.status, error.message);
  const { status, message } = error as { status?: number; message: string };
  // Express and its parsers mark what the client did wrong with a status.
  if (status && status >= 400 && status < 500) return sendProblem(res, status, message);
  const { code } = error as { code?: string };
  const unavailable =
    databaseFault(error) === 'away' ? `the database cannot be reached (${code ?? message})` : UNDEFINED[code ?? ''];
  if (unavailable) {
    req.log.warn({ error: message }, unavailable);
    res.set('Retry-After', '5');
    return sendProblem(res, 503, `${unavailable}; try again in a few seconds`);
  }
  req.log.error({ err: error }, 'a request failed');
  sendProblem(res, 500, 'something went wrong on our side; the log says what');
};
