import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { InvalidRequest } from '../../platform/errors.ts';
import { classify } from '../../platform/faults.ts';
import type { Logger } from '../../platform/logger.ts';
import { KIND_OF_STATUS, PROBLEM_KINDS, type ProblemKind } from './problem-kinds.ts';

/** One thing that is wrong with a request, and where: `#/query/limit`, `#/path/base`, `#/body/name`. */
export interface Fault {
  readonly detail: string;
  readonly pointer: string;
}
interface More {
  readonly errors?: readonly Fault[];
  readonly allowed?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is not answered as asked: the kind says how it is told, the message what was expected and what came. */
export class Refused extends InvalidRequest {
  override name = 'Refused';
  readonly kind: ProblemKind;
  readonly more: More;
  constructor(kind: ProblemKind, detail: string, more: More = {}) {
    super(detail, { status: PROBLEM_KINDS[kind][0] });
    this.kind = kind;
    this.more = more;
  }
}

/** An error as RFC 9457 wants it: `detail` is for the person who asked. */
export function problemOf(kind: ProblemKind, detail: string, { errors, allowed }: More = {}) {
  const [status, title] = PROBLEM_KINDS[kind];
  return {
    type: `/docs/errors/${kind}`,
    title,
    status,
    detail,
    request_id: randomUUID(),
    ...(errors && { errors }),
    ...(allowed && { allowed }),
  };
}

function sendProblem(req: Request, res: Response, refused: Refused): string {
  const problem = problemOf(refused.kind, refused.message, refused.more);
  // What was set for the answer that did not come about must not describe this one.
  for (const name of ['ETag', 'Last-Modified', 'Link', 'Content-Disposition'])
    res.removeHeader(name);
  res
    .status(problem.status)
    .set({
      'Cache-Control': 'no-store',
      'X-Request-Id': problem.request_id,
      ...refused.more.headers,
    })
    .type('application/problem+json')
    .send(req.method === 'HEAD' ? '' : JSON.stringify(problem));
  return problem.request_id;
}

/** For every path that nothing else has answered. */
export const notFound: RequestHandler = (req) => {
  throw new Refused('not-found', `there is nothing at ${req.path.slice(0, 200)}`);
};

/** For a known path: what may be done with it is named, the rest refused. */
export function onlyMethods(...methods: string[]): RequestHandler {
  return (req) => {
    const possible = `${methods.join(' and ')} ${methods.length > 1 ? 'are' : 'is'}`;
    throw new Refused('method-not-allowed', `${req.method} is not possible here, ${possible}`, {
      headers: { Allow: methods.join(', ') },
    });
  };
}

/** A service that starts before the migrations have run finds no tables. */
const UNDEFINED: Readonly<Record<string, string>> = {
  '42P01': 'the database has no tables yet (npm run migrate makes them)',
};

/** The one place where a request's error becomes an answer. What is our fault is logged in full and told in one sentence. */
export function problems(log: Logger): ErrorRequestHandler {
  return (error, req, res, next) => {
    if (res.headersSent) return next(error);
    const refused = refusalOf(error);
    if (refused) return void sendProblem(req, res, refused);
    const { code, message } = error as { code?: string; message: string };
    const away =
      classify(error) === 'outage'
        ? `the database cannot be reached (${code ?? message})`
        : UNDEFINED[code ?? ''];
    if (away) {
      const id = sendProblem(req, res, unavailable(`${away}; try again in a few seconds`));
      log.warn({ request_id: id, error: message }, away);
      return;
    }
    const id = sendProblem(
      req,
      res,
      new Refused('internal', 'something went wrong on our side; the log says what'),
    );
    log.error({ request_id: id, err: error }, 'a request failed');
  };
}

/** 503, and when to come back. */
export function unavailable(detail: string): Refused {
  return new Refused('unavailable', detail, { headers: { 'Retry-After': '5' } });
}

/** What the client did wrong: said by us, or marked with a status by Express and its parsers. */
function refusalOf(error: unknown): Refused | null {
  if (error instanceof Refused) return error;
  const { status, type, message } = error as { status?: number; type?: string; message: string };
  if (!status || status < 400 || status >= 500) return null;
  if (type === 'entity.parse.failed')
    return new Refused('invalid-body', 'the body is not JSON', {
      errors: [{ detail: message, pointer: '#/body' }],
    });
  return new Refused(KIND_OF_STATUS[status] ?? 'bad-request', message);
}
