import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { InvalidRequest } from '../../platform/errors.ts';
import { classify } from '../../platform/faults.ts';
import type { Logger } from '../../platform/logger.ts';
import { hasOutage, type OutageLog, openOutageLog } from '../../platform/outage-log.ts';
import { prefixOf } from './base-path.ts';
import { KIND_OF_STATUS, PROBLEM_KINDS, type ProblemKind } from './problem-kinds.ts';

/** One fault of a request and its place: `#/query/limit`, `#/path/base`, `#/body/name`. */
export interface Fault {
  readonly detail: string;
  readonly pointer: string;
}
interface Extras {
  readonly errors?: readonly Fault[];
  readonly allowed?: readonly string[];
  /** The last day before the requested one that has a rate. */
  readonly last_date?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is refused: `kind` decides the status, the message says what was expected. */
export class Refused extends InvalidRequest {
  override name = 'Refused';
  readonly kind: ProblemKind;
  readonly extras: Extras;
  constructor(kind: ProblemKind, detail: string, extras: Extras = {}) {
    super(detail, { status: PROBLEM_KINDS[kind][0] });
    this.kind = kind;
    this.extras = extras;
  }
}

/** A refusal because of one parameter: `name: expectation`. */
export function invalidParameter(
  name: string,
  expectation: string,
  { place = 'query', allowed }: { place?: 'query' | 'path'; allowed?: readonly string[] } = {},
): Refused {
  const detail = `${name}: ${expectation}`;
  return new Refused('invalid-parameter', detail, {
    errors: [{ detail, pointer: `#/${place}/${name}` }],
    ...(allowed && { allowed }),
  });
}

const RETRY_AFTER_S = 5;

/** 503 with Retry-After. */
export function unavailable(detail: string): Refused {
  return new Refused('unavailable', detail, { headers: { 'Retry-After': `${RETRY_AFTER_S}` } });
}

/** The body of an error response (RFC 9457). */
export function problemDocument(kind: ProblemKind, detail: string, extras: Extras = {}) {
  const [status, title] = PROBLEM_KINDS[kind];
  const { headers: _headers, ...members } = extras;
  return {
    type: `/docs/errors/${kind}`,
    title,
    status,
    detail,
    request_id: randomUUID(),
    ...members,
  };
}

/** Answers every path that nothing else has answered. */
export const answerNotFound: RequestHandler = (req) => {
  const [, code = ''] = /^\/v2\/rates\/([a-z]{3})$/i.exec(req.path) ?? [];
  const quote = code.toUpperCase();
  const ofCode = code && `: use /v2/rates?quotes=${quote} or /v2/rates/USD/${quote}`;
  const detail = `there is nothing at ${req.path.slice(0, 200)}${ofCode}`;
  throw new Refused('not-found', detail);
};

/** Refuses all methods of a known path but those listed. */
export function refuseOtherMethods(...methods: string[]): RequestHandler {
  return (req) => {
    throw new Refused(
      'method-not-allowed',
      `${req.method} is not supported here; use ${methods.join(' or ')}`,
      { headers: { Allow: methods.join(', ') } },
    );
  };
}

export interface ErrorDeps {
  log: Logger;
  /** False until the migration of this process has ended: tables may be missing before. */
  isMigrated: () => boolean;
}

/** The one place that turns an error into a response: an outage is 503, a bug is 500 and logged. */
export function handleErrors({ log, isMigrated }: ErrorDeps): ErrorRequestHandler {
  const schemaFaults = logSchemaFaults(log);
  return (err, req, res, next) => {
    if (res.headersSent) return next(err);
    const refused = asRefused(err);
    if (refused) return void sendProblem(req, res, refused);
    if (SCHEMA_FAULTS.includes(err.code)) {
      sendProblem(req, res, unavailable(isMigrated() ? OTHER_SCHEMA : STARTING));
      if (isMigrated()) schemaFaults(err);
      else log.debug({ err }, 'request refused: not migrated yet');
      return;
    }
    const outage = describeOutage(err, log);
    if (outage) {
      const request_id = sendProblem(req, res, unavailable(`${outage}; retry in a few seconds`));
      log.warn({ err, request_id }, 'request failed: database unavailable');
      return;
    }
    const request_id = sendProblem(
      req,
      res,
      new Refused('internal', 'the service failed; quote request_id when you report it'),
    );
    log.error({ err, request_id }, 'request failed: bug');
  };
}

function sendProblem(req: Request, res: Response, refused: Refused): string {
  const problem = problemDocument(refused.kind, refused.message, refused.extras);
  // Headers that a handler has set already describe a response that is not sent.
  for (const name of ['ETag', 'Link', 'Content-Disposition']) res.removeHeader(name);
  res
    .status(problem.status)
    .set({
      'Cache-Control': 'no-store',
      'X-Request-Id': problem.request_id,
      ...refused.extras.headers,
    })
    .type('application/problem+json');
  const body = JSON.stringify({ ...problem, type: prefixOf(res) + problem.type });
  res.send(req.method === 'HEAD' ? '' : body);
  return problem.request_id;
}

/** A table, column, function or the schema is missing. */
const SCHEMA_FAULTS = ['42P01', '42703', '42883', '3F000'];
const STARTING =
  'starting: the tables are created or changed at this moment; if this stays, npm run migrate';
const OTHER_SCHEMA =
  'the tables are missing or of another version of the program: its log has the cause, ' +
  'and npm run migrate may help';
/** Without such a fault for this long it is over. */
const QUIET_MS = 60_000;

/**
 * Logs one line when requests begin to fail by the schema, and one when none has for a minute: for
 * each kind of fault, so that one does not hide another.
 */
function logSchemaFaults(log: Logger): (err: unknown) => void {
  const kinds = new Map<unknown, { outage: OutageLog; over?: NodeJS.Timeout }>();
  return (err) => {
    const { code } = err as { code?: unknown };
    const kind = kinds.get(code) ?? {
      outage: openOutageLog({ name: `reading the tables (${code})`, log }),
    };
    kinds.set(code, kind);
    kind.outage.failed(err, RETRY_AFTER_S * 1000);
    clearTimeout(kind.over);
    kind.over = setTimeout(kind.outage.recovered, QUIET_MS).unref();
  };
}

/** What the process knows of its own server says more than a refused connection. */
function describeOutage(err: unknown, log: Logger): string | null {
  if (classify(err) !== 'outage') return null;
  const { code, message } = err as { code?: string; message: string };
  const isFull = code === '53100' || hasOutage(log, 'disk_full');
  return `the database is unavailable (${isFull ? 'disk_full' : (code ?? message)})`;
}

/** A client's fault: refused by us, or marked with a 4xx status by Express and its parsers. */
function asRefused(err: unknown): Refused | null {
  if (err instanceof Refused) return err;
  if (err instanceof InvalidRequest && err.parameter) {
    const pointer = `#/query/${err.parameter}`;
    return new Refused('invalid-parameter', err.message, {
      errors: [{ detail: err.message, pointer }],
    });
  }
  const { status, type, message } = err as { status?: number; type?: string; message: string };
  if (!status || status < 400 || status >= 500) return null;
  if (type === 'entity.parse.failed')
    return new Refused('invalid-body', 'the body is not JSON', {
      errors: [{ detail: message, pointer: '#/body' }],
    });
  return new Refused(KIND_OF_STATUS[status] ?? 'bad-request', message);
}
