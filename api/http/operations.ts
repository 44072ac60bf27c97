import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { type ReadyAnswers, sendReady } from './caching.ts';
import type { Contract, Operation } from './contract.ts';
import { type Answer, formatOf, isTable, offers, SUFFIXES, written } from './formats.ts';
import { type Question, questionOf } from './params.ts';
import { onlyMethods, Refused } from './problems.ts';
import { inTime } from './request-timeout.ts';
import { type GuardSettings, guard, sameSite } from './security.ts';

/** Answers a question, or has sent what cannot be said as data itself. */
export type Handler = (
  question: Question,
  req: Request,
  res: Response,
) => Promise<Answer | undefined>;

export interface OperationDeps extends GuardSettings {
  contract: Contract;
  ready: ReadyAnswers;
}

/** The whole loan book may take its time. */
const REPORT_DEADLINE_MS = 25_000;
/** A table has every row unless `limit` is given: seven currencies over the longest range are 25,620. */
const TABLE_ROWS = 100_000;
/** These wait, on purpose, for something to happen. */
const PATIENT = ['pull', 'events'];

/**
 * Puts handlers behind the operations that the contract declares: who may, which format, which parameters, by when, and 405 for all
 * other methods at their paths. Throws when an operation of `tags` has no handler: the contract would promise what is not there.
 */
export function operationsOf(
  deps: OperationDeps,
  tags: readonly string[],
  handlers: Readonly<Record<string, Handler>>,
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const operations = deps.contract.operations.filter(({ tag }) => tags.includes(tag));
  const guarded = guard(deps);
  const asks = questionOf(deps.contract);
  for (const operation of operations) {
    const handler = handlers[operation.id];
    if (!handler) throw new Error(`the contract declares ${operation.id}, and nothing answers it`);
    const before = [
      ...(operation.tag === 'Rates' ? [everybodysPages] : []),
      ...(operation.guarded ? [guarded] : []),
      ...(operation.method === 'post' ? [sameSite, ...body] : []),
    ];
    router[operation.method](
      expressPath(operation),
      named(operation.path),
      offers(operation),
      ...before,
      answering(deps, operation, { ask: asks(operation), handler }),
    );
  }
  for (const path of new Set(operations.map(expressPath))) {
    const methods = operations
      .filter((operation) => expressPath(operation) === path)
      .map(({ method }) => method.toUpperCase());
    const crossOrigin = operations.some(
      (operation) => operation.tag === 'Rates' && expressPath(operation) === path,
    );
    if (crossOrigin) router.options(path, everybodysPages, preflight);
    router.all(
      path,
      onlyMethods(
        ...methods,
        ...(methods.includes('GET') ? ['HEAD'] : []),
        ...(crossOrigin ? ['OPTIONS'] : []),
      ),
    );
  }
  return router;
}

const expressPath = ({ path }: Operation) => path.replace(/\{(\w+)\}/g, ':$1');

/** Tells the metrics, and whoever logs, which operation it is. */
export function named(route: string): RequestHandler {
  return (_req, res, next) => {
    res.locals['route'] = route;
    next();
  };
}

function answering(
  { contract, ready }: OperationDeps,
  operation: Operation,
  { ask, handler }: { ask: (req: Request) => Question; handler: Handler },
): RequestHandler {
  return async (req, res) => {
    // A probe gets what there is, whatever it says that it takes.
    const format = operation.tag === 'Service' ? '' : formatOf(req, res, operation);
    res.locals['format'] = format;
    const asked = ask(req);
    // A sheet that ended after a page would pass for the whole.
    const whole =
      isTable(format) && asked['limit'] !== undefined && req.query['limit'] === undefined;
    const question = whole ? { ...asked, limit: TABLE_ROWS } : asked;
    const { generation } = ready;
    const work = handler(question, req, res);
    const answer = await (PATIENT.includes(operation.id)
      ? work
      : inTime(work, operation.tag === 'Loans' ? REPORT_DEADLINE_MS : undefined));
    if (!answer) return;
    const bytes = await written({ contract, operation, req, res }, answer, format);
    if (answer.status && answer.status !== 200) {
      res.writeHead(answer.status, bytes.headers).end(bytes.body);
      return;
    }
    if (answer.valid) ready.keep(req, bytes, generation);
    sendReady(req, res, bytes);
  };
}

/** Rates are no secret: a page of anybody's may read them. */
export const everybodysPages: RequestHandler = (_req, res, next) => {
  res.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Last-Modified, Link, Retry-After, X-Request-Id',
  });
  next();
};
/** Answers what a browser asks before it lets a page read across origins. */
export const preflight: RequestHandler = (_req, res) => {
  res
    .set({
      'Access-Control-Allow-Methods': 'GET, HEAD',
      'Access-Control-Allow-Headers': 'Accept, If-None-Match',
      'Access-Control-Max-Age': '86400',
    })
    .sendStatus(204);
};

/** A body may be left out; one that is there is an empty JSON object, since no operation has anything to be told in it. */
const body: RequestHandler[] = [
  (req, _res, next) => {
    const sent =
      req.headers['transfer-encoding'] !== undefined ||
      Number(req.headers['content-length'] ?? 0) > 0;
    if (sent && !req.is('application/json'))
      throw new Refused(
        'unsupported-type',
        `expected application/json, got ${req.get('content-type') ?? 'no content-type'}`.slice(
          0,
          200,
        ),
      );
    next();
  },
  express.json({ limit: 10_000, inflate: false }),
  (req, _res, next) => {
    const given: unknown = req.body ?? {};
    const names = Array.isArray(given) ? ['0'] : Object.keys(given as object);
    if (Array.isArray(given) || names.length > 0) {
      throw new Refused('invalid-body', 'expected no body or {}', {
        errors: names.map((name) => ({
          detail: 'this is not known here',
          pointer: `#/body/${name.slice(0, 80)}`,
        })),
      });
    }
    next();
  },
];

/** `/v2/rates/latest.csv` → `/v2/rates/latest`, and that CSV is wanted. */
export const suffixes: RequestHandler = (req, res, next) => {
  const [, path, suffix] =
    new RegExp(`^(/v2/[^?]+)\\.(${Object.keys(SUFFIXES).join('|')})(?=$|\\?)`).exec(req.url) ?? [];
  if (path && suffix) {
    res.locals['suffix'] = suffix;
    req.url = path + req.url.slice(path.length + suffix.length + 1);
  }
  next();
};
