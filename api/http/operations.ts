import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { type ApiCache, CACHE_MS, cacheKey, compressFor, sendCached } from './caching.ts';
import type { LimitConcurrency } from './concurrency.ts';
import type { Contract, Operation } from './contract.ts';
import {
  formatResponse,
  isTable,
  negotiateFormat,
  type Result,
  requireSuffix,
  streamResponse,
} from './formats.ts';
import { type Params, paramReader, type ReadParams } from './params.ts';
import { Refused, refuseOtherMethods } from './problems.ts';
import { withRequestTimeout } from './request-timeout.ts';
import {
  allowAnyOrigin,
  answerPreflight,
  refuseCrossSite,
  requireToken,
  type TokenSettings,
} from './security.ts';

/** Answers a request with a result, or sends the response itself and returns undefined. */
export type Handler = (params: Params, req: Request, res: Response) => Promise<Result | undefined>;

export interface OperationDeps extends TokenSettings {
  contract: Contract;
  cache: ApiCache;
  limit: LimitConcurrency;
}

/** A report of the whole loan book may take this long. */
const REPORT_TIMEOUT_MS = 25_000;
/** Without `limit` a CSV or workbook has every row; 7 currencies × 3,660 days are 25,620. */
const TABLE_ROWS = 100_000;
/** These wait on purpose for something to happen. */
const LONG_POLLS = ['pull', 'events'];

/**
 * Routes the operations that the contract declares to their handlers: access, format, parameters,
 * timeout, and 405 for other methods. Throws when an operation has no handler. The old interface
 * has routes of its own.
 */
export function routeOperations(
  deps: OperationDeps,
  handlers: Readonly<Record<string, Handler>>,
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const operations = deps.contract.operations.filter(({ tag }) => tag !== 'Old interface');
  const authorize = requireToken(deps);
  const readerOf = paramReader(deps.contract);
  for (const operation of operations) {
    const handler = handlers[operation.id];
    if (!handler) throw new Error(`the contract declares ${operation.id} without a handler`);
    router[operation.method](
      expressPath(operation),
      setRoute(operation.path),
      requireSuffix(operation),
      ...(operation.tag === 'Rates' ? [allowAnyOrigin] : []),
      ...(operation.isPrivate ? [authorize] : []),
      ...(operation.method === 'post' ? [refuseCrossSite, ...refuseBody] : []),
      respond(deps, operation, { readParams: readerOf(operation), handler }),
    );
  }
  refuseOthers(router, operations);
  return router;
}

/** Names the operation for metrics and logs. */
export function setRoute(route: string): RequestHandler {
  return (_req, res, next) => {
    res.locals['route'] = route;
    next();
  };
}

const expressPath = ({ path }: Operation) => path.replace(/\{(\w+)\}/g, ':$1');

function refuseOthers(router: Router, operations: readonly Operation[]): void {
  for (const path of new Set(operations.map(expressPath))) {
    const same = operations.filter((operation) => expressPath(operation) === path);
    const methods = same.map(({ method }) => method.toUpperCase());
    const isPublic = same.some(({ tag }) => tag === 'Rates');
    if (methods.includes('GET')) methods.push('HEAD');
    if (isPublic) {
      router.options(path, allowAnyOrigin, answerPreflight);
      methods.push('OPTIONS');
    }
    router.all(path, refuseOtherMethods(...methods));
  }
}

function respond(
  { contract, cache, limit }: OperationDeps,
  operation: Operation,
  { readParams, handler }: { readParams: ReadParams; handler: Handler },
): RequestHandler {
  return async (req, res) => {
    // Service operations have one format each: a probe may send any Accept.
    const format = operation.tag === 'Service' ? '' : negotiateFormat(req, res, operation);
    res.locals['format'] = format;
    const params = withTableLimit(readParams(req), req, format);
    const write = (result: Result) =>
      formatResponse({ contract, operation, req, res }, result, format);
    if (operation.tag === 'Rates') {
      const build = async () => {
        const result = (await withRequestTimeout(handler(params, req, res))) as Result;
        const value = await write(result);
        await compressFor(req.headers['accept-encoding'], value);
        return { value, lastsMs: result.valid?.lasts ?? CACHE_MS };
      };
      const isLarge = isTable(format) || (operation.id === 'rates' && !params['date']);
      const response = await cache.load(cacheKey(req, res), isLarge ? () => limit(build) : build);
      return sendCached(req, res, response);
    }
    const work = handler(params, req, res);
    const result = await (LONG_POLLS.includes(operation.id)
      ? work
      : withRequestTimeout(work, operation.tag === 'Loans' ? REPORT_TIMEOUT_MS : undefined));
    if (!result) return;
    if (result.stream) return streamResponse({ contract, operation, req, res }, result, format);
    const response = await write(result);
    if (result.status === undefined || result.status === 200) sendCached(req, res, response);
    else res.writeHead(result.status, response.headers).end(response.body);
  };
}

/** Lifts the default limit of a CSV or workbook: a file of one page would look complete. */
function withTableLimit(params: Params, req: Request, format: string): Params {
  const isDefault = params['limit'] !== undefined && req.query['limit'] === undefined;
  return isTable(format) && isDefault ? { ...params, limit: TABLE_ROWS } : params;
}

/** No operation takes a body: it may be absent, empty (also chunked), or `{}` or `null` as JSON. */
const refuseBody: RequestHandler[] = [
  // Not strict: Go clients send an absent body as null.
  express.json({ limit: 10_000, inflate: false, strict: false }),
  express.raw({ type: () => true, limit: 10_000, inflate: false }),
  (req, _res, next) => {
    const body: unknown = req.body ?? {};
    if (Buffer.isBuffer(body)) {
      if (body.length === 0) return next();
      const type = (req.get('content-type') ?? 'no content-type').slice(0, 200);
      throw new Refused('unsupported-type', `use application/json (got ${type})`);
    }
    const isObject = typeof body === 'object' && !Array.isArray(body);
    const names = isObject ? Object.keys(body as object) : ['0'];
    if (names.length > 0)
      throw new Refused('invalid-body', 'send no body or {}', {
        errors: names.map((name) => ({
          detail: 'unknown member',
          pointer: `#/body/${name.slice(0, 80)}`,
        })),
      });
    next();
  },
];
