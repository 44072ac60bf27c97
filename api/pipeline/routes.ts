import type { Request, Response } from 'express';
import type { DeadLetter, DeadLetterAdmin } from '../../ledger/dead-letters.ts';
import type { HealthProblem } from '../../ledger/health.ts';
import type { Requests } from '../../ledger/requests.ts';
import type { Outcome, Source } from '../../ledger/run.ts';
import type { RunDetail, RunKey, RunSummary } from '../../ledger/run-history.ts';
import type { RunWatch } from '../../ledger/run-watch.ts';
import type { Logger } from '../../platform/logger.ts';
import { METRICS_TYPE, metricsText } from '../../platform/metrics.ts';
import { prefixOf } from '../http/base-path.ts';
import { type ApiCache, cacheHeaders, sendCached } from '../http/caching.ts';
import type { Contract } from '../http/contract.ts';
import type { Handler } from '../http/operations.ts';
import { cutPage, decodeCursor, KEY_PART } from '../http/paging.ts';
import { Refused } from '../http/problems.ts';
import { withRequestTimeout } from '../http/request-timeout.ts';
import { publicStatus, type ReadStatus } from './status.ts';

export interface PipelineDeps {
  readStatus: ReadStatus;
  trigger: TriggerUpdate;
  listRuns: (page: { limit: number; after?: RunKey; source?: Source }) => Promise<RunSummary[]>;
  findRun: (runId: string) => Promise<RunDetail | null>;
  /** Whether a request may see host names, errors and quota. */
  seesDetails: (req: Request, res: Response) => boolean;
}

const CURSOR = [KEY_PART.instant, KEY_PART.uuid];
const MAX_WAIT_S = 30;
/** A run that is refused, for its cost or by the breaker, is so at once: the response says it. */
const REFUSAL_MS = 250;

/** The state of the pipeline, its runs, and triggering an update. */
export function pipelineHandlers(deps: PipelineDeps): Record<string, Handler> {
  const { readStatus, listRuns, findRun, seesDetails } = deps;
  const requireRun = async (runId: unknown): Promise<RunDetail> => {
    const run = await findRun(String(runId));
    if (!run) throw new Refused('not-found', `there is no run ${runId}`);
    return run;
  };
  return {
    status: async (_params, req, res) => {
      const status = await readStatus();
      const data = seesDetails(req, res) ? status : publicStatus(status);
      return { item: 'Status', data, meta: {} };
    },

    runs: async ({ source, limit, cursor }, req, res) => {
      const key = decodeCursor(cursor, CURSOR);
      const size = Number(limit);
      const rows = await listRuns({
        limit: size + 1,
        ...(key && { after: { asked_at: key[0] as string, run_id: key[1] as string } }),
        ...(source !== undefined && { source: source as Source }),
      });
      const { page, next_cursor } = cutPage(rows, size, (run) => [run.asked_at, run.run_id]);
      const data = seesDetails(req, res) ? page : page.map(publicRun);
      return { item: 'Run', data, meta: { next_cursor }, fileName: 'fx-runs' };
    },

    run: async ({ run_id }, req, res) => {
      const run = summaryOf(await requireRun(run_id));
      return { item: 'Run', data: seesDetails(req, res) ? run : publicRun(run), meta: {} };
    },

    runAnswer: async ({ run_id }, _req, res) => {
      const { answer } = await requireRun(run_id);
      if (answer === null)
        throw new Refused('not-found', `the run ${run_id} has no response of its provider`);
      res
        .writeHead(200, {
          'Content-Type': 'application/octet-stream',
          'Content-Disposition': `attachment; filename="${run_id}.txt"`,
          'Cache-Control': 'no-store',
        })
        .end(answer);
      return undefined;
    },

    pull: triggerHandler(deps, async (runId) => summaryOf(await requireRun(runId))),
  };
}

/**
 * Requests a fetch run and waits for its outcome, at most `waitMs`: then it is `running`. Rejects
 * with 503 when the database does not respond in time.
 */
export type TriggerUpdate = (waitMs: number) => Promise<{ runId: string; outcome: Outcome }>;

/** Coalesces concurrent triggers: they share one request of the ledger and its run. */
export function updateTrigger(deps: {
  requests: Requests;
  runs: RunWatch;
  cache: ApiCache;
}): TriggerUpdate {
  const { requests, runs, cache } = deps;
  let pendingRunId: Promise<string> | undefined;
  return async (waitMs) => {
    pendingRunId ??= withRequestTimeout(requests.request()).finally(() => {
      pendingRunId = undefined;
    });
    const runId = await pendingRunId;
    const outcome = await runs.outcome(runId, waitMs);
    // The run can be known as done before the notification that clears the cache has arrived.
    cache.clear();
    return { runId, outcome };
  };
}

function triggerHandler(
  { trigger }: PipelineDeps,
  readRun: (runId: string) => Promise<RunSummary>,
): Handler {
  return async ({ Prefer }, _req, res) => {
    const preferred = /(?:^|[\s,;])wait=(\d{1,4})(?:$|[\s,;])/i.exec(String(Prefer ?? ''))?.[1];
    const wait = Math.min(Number(preferred ?? 0), MAX_WAIT_S);
    const { runId, outcome } = await trigger(wait > 0 ? wait * 1000 : REFUSAL_MS);
    if (wait > 0) res.set('Preference-Applied', `wait=${wait}`);
    return {
      item: 'Run',
      data: await readRun(runId),
      meta: {},
      status: wait > 0 && outcome.state !== 'running' ? 200 : 202,
      headers: { Location: `${prefixOf(res)}/v2/runs/${runId}` },
    };
  };
}

function summaryOf(run: RunDetail): RunSummary {
  const { answer: _answer, quota: _quota, event_ids: _ids, published_to: _to, ...summary } = run;
  return summary;
}

/** A run as strangers see it: no error texts, no cost and no package. */
function publicRun(run: RunSummary): RunSummary {
  return { ...run, reason: null, failure_detail: null, cost: null, package: null };
}

/** Dead letters: a list, one with its bytes, its redrive by a running consumer, and its end. */
export function deadLettersHandlers(
  letters: DeadLetterAdmin,
  seesDetails: (req: Request, res: Response) => boolean,
): Record<string, Handler> {
  return {
    deadLetters: async ({ state, limit, cursor }, req, res) => {
      const most = Number(limit);
      const after = decodeCursor(cursor, [KEY_PART.number])?.[0] ?? null;
      const rows = await letters.page({
        state: state === undefined ? null : String(state),
        after,
        limit: most + 1,
      });
      const { page, next_cursor } = cutPage(rows, most, ({ id }) => [id]);
      const data = seesDetails(req, res) ? page : page.map(publicLetter);
      return { item: 'DeadLetter', data, meta: { next_cursor } };
    },

    deadLetter: async ({ letter_id }) => ({
      item: 'DeadLetterWithBytes',
      data: await letters.show(String(letter_id)),
      meta: {},
    }),

    redrive: async ({ letter_id }) => {
      const id = String(letter_id);
      const asked = await letters.requestRedrive([id]);
      const data = await letters.show(id);
      if (asked.length === 0)
        throw new Refused('conflict', `the dead letter ${id} is ${data.state} already`);
      return {
        item: 'DeadLetterWithBytes',
        data,
        meta: {},
        status: 202,
        headers: { Location: `/v2/dead-letters/${id}` },
      };
    },

    closeDeadLetter: async ({ letter_id }) => {
      const id = String(letter_id);
      const closed = await letters.close([id]);
      const data = await letters.show(id);
      if (closed.length === 0)
        throw new Refused('conflict', `the dead letter ${id} is ${data.state} already`);
      return { item: 'DeadLetterWithBytes', data, meta: {} };
    },
  };
}

/** A dead letter as strangers see it: no text that quotes the record or an error. */
function publicLetter(letter: DeadLetter): DeadLetter {
  return { ...letter, detail: '', redrive_error: null };
}

export interface ServiceDeps {
  contract: Contract;
  readProblems: () => Promise<readonly HealthProblem[]>;
  /** Updates the metrics that come from tables. */
  updateMetrics: () => Promise<void>;
  seesDetails: (req: Request, res: Response) => boolean;
  /** With API_TOKEN set, /metrics requires it, unless METRICS=public. */
  publicMetrics: boolean;
  log: Logger;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const COMPONENTS = ['producer', 'consumer', 'rates'] as const;

/** Liveness, readiness, metrics and the contract. */
export function serviceHandlers(deps: ServiceDeps): Record<string, Handler> {
  const { contract, readProblems, updateMetrics, seesDetails, publicMetrics, log } = deps;
  const document = Buffer.from(JSON.stringify(contract.document));
  return {
    livez: async (_params, _req, res) => {
      send(res, JSON_TYPE, JSON.stringify({ status: 'ok' }));
      return undefined;
    },
    readyz: async (_params, req, res) => {
      const problems = await readProblems();
      const hasDetails = seesDetails(req, res);
      const checks = COMPONENTS.map((name) => {
        const problem = problems.find(({ component }) => component === name);
        const isShown = hasDetails || name === 'rates';
        return [name, problem ? (isShown ? problem.detail : problem.code) : null];
      });
      const status = problems.length === 0 ? 'ok' : 'degraded';
      const body = { status, checks: { postgres: null, ...Object.fromEntries(checks) } };
      send(res, JSON_TYPE, JSON.stringify(body));
      return undefined;
    },
    metrics: async (_params, req, res) => {
      if (!publicMetrics && !seesDetails(req, res))
        throw new Refused('unauthorized', 'send Authorization: Bearer API_TOKEN', {
          headers: { 'WWW-Authenticate': 'Bearer' },
        });
      // The process's own metrics are shown even while the tables cannot be read.
      await updateMetrics().catch((err) => log.warn({ err }, 'table metrics not refreshed'));
      send(res, METRICS_TYPE, await metricsText());
      return undefined;
    },
    contract: async (_params, req, res) => {
      const headers = {
        ...cacheHeaders(res, document, { isFinal: false }),
        'Content-Type': JSON_TYPE,
        'Access-Control-Allow-Origin': '*',
      };
      sendCached(req, res, { body: document, headers });
      return undefined;
    },
  };
}

/** A response of this moment, never cached. */
function send(res: Response, type: string, text: string): void {
  res
    .writeHead(200, {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      'Content-Length': Buffer.byteLength(text),
    })
    .end(text);
}
