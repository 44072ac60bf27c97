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
import { type ApiCache, cacheHeaders, sendCached, sendOnce } from '../http/caching.ts';
import type { Contract } from '../http/contract.ts';
import type { Handler } from '../http/operations.ts';
import { KEY_PART, readPage } from '../http/paging.ts';
import { Refused } from '../http/problems.ts';
import { withRequestTimeout } from '../http/request-timeout.ts';
import { publicStatus, type ReadStatus } from './status.ts';

export interface PipelineDeps {
  readStatus: ReadStatus;
  trigger: TriggerUpdate;
  listRuns: (page: { limit: number; after?: RunKey; source?: Source }) => Promise<RunSummary[]>;
  findRun: (runId: string) => Promise<RunDetail | null>;
  letters: DeadLetterAdmin;
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

    runs: async ({ source, ...params }, req, res) => {
      const { page, next_cursor } = await readPage(
        params,
        CURSOR,
        ({ after, limit }) =>
          listRuns({
            limit,
            ...(after && { after: { asked_at: String(after[0]), run_id: String(after[1]) } }),
            ...(source !== undefined && { source: source as Source }),
          }),
        (run) => [run.asked_at, run.run_id],
      );
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
      return sendOnce(res, answer, {
        'Content-Type': 'application/octet-stream',
        'Content-Disposition': `attachment; filename="${run_id}.txt"`,
      });
    },

    pull: triggerHandler(deps, async (runId) => summaryOf(await requireRun(runId))),
    ...deadLettersHandlers(deps),
  };
}

/**
 * Requests a fetch run and waits for its outcome, at most `waitMs`: then it is `running`. Rejects
 * with 503 when the database does not respond in time.
 */
export type TriggerUpdate = (waitMs: number) => Promise<{
  runId: string;
  outcome: Outcome;
  /** Of a run that had failed before: when the next fetch is possible (ISO 8601). */
  nextFetchAt: string | null;
}>;

/** Coalesces concurrent triggers: they share one request of the ledger and its run. */
export function updateTrigger(deps: {
  requests: Requests;
  runs: RunWatch;
  cache: ApiCache;
  cooldownSeconds: number;
}): TriggerUpdate {
  const { requests, runs, cache, cooldownSeconds } = deps;
  let pendingRunId: Promise<string> | undefined;
  return async (waitMs) => {
    pendingRunId ??= withRequestTimeout(requests.request()).finally(() => {
      pendingRunId = undefined;
    });
    const runId = await pendingRunId;
    const atOnce = await runs.outcome(runId, 0);
    const outcome = atOnce.state === 'running' ? await runs.outcome(runId, waitMs) : atOnce;
    const endedAt = cooldownSeconds > 0 && atOnce.state === 'refused' && atOnce.endedAt;
    const nextFetchAt = endedAt
      ? new Date(Date.parse(endedAt) + cooldownSeconds * 1000).toISOString()
      : null;
    // The run can be known as done before the notification that clears the cache has arrived.
    cache.clear();
    return { runId, outcome, nextFetchAt };
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
function deadLettersHandlers({ letters, seesDetails }: PipelineDeps): Record<string, Handler> {
  const show = async (id: string) => ({
    item: 'DeadLetterWithBytes',
    data: await letters.show(id),
    meta: {},
  });
  const change = async (id: string, changed: readonly unknown[]) => {
    const shown = await show(id);
    if (changed.length > 0) return shown;
    throw new Refused('conflict', `the dead letter ${id} is ${shown.data.state} already`);
  };
  return {
    deadLetters: async ({ state, ...params }, req, res) => {
      const { page, next_cursor } = await readPage(
        params,
        [KEY_PART.number],
        ({ after, limit }) =>
          letters.page({
            state: state === undefined ? null : String(state),
            after: after?.[0] ?? null,
            limit,
          }),
        ({ id }) => [id],
      );
      const data = seesDetails(req, res) ? page : page.map(publicLetter);
      return { item: 'DeadLetter', data, meta: { next_cursor } };
    },

    deadLetter: ({ letter_id }) => show(String(letter_id)),

    redrive: async ({ letter_id }) => {
      const id = String(letter_id);
      const shown = await change(id, await letters.requestRedrive([id]));
      return { ...shown, status: 202, headers: { Location: `/v2/dead-letters/${id}` } };
    },

    closeDeadLetter: async ({ letter_id }) => {
      const id = String(letter_id);
      return change(id, await letters.close([id]));
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

const COMPONENTS = ['producer', 'consumer', 'rates'] as const;

/** Liveness, readiness, metrics and the contract. */
export function serviceHandlers(deps: ServiceDeps): Record<string, Handler> {
  const { contract, readProblems, updateMetrics, seesDetails, publicMetrics, log } = deps;
  const document = Buffer.from(JSON.stringify(contract.document));
  return {
    livez: async (_params, _req, res) => sendOnce(res, JSON.stringify({ status: 'ok' })),
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
      return sendOnce(res, JSON.stringify(body));
    },
    metrics: async (_params, req, res) => {
      if (!publicMetrics && !seesDetails(req, res))
        throw new Refused('unauthorized', 'send Authorization: Bearer API_TOKEN', {
          headers: { 'WWW-Authenticate': 'Bearer' },
        });
      // The process's own metrics are shown even while the tables cannot be read.
      await updateMetrics().catch((err) => log.warn({ err }, 'table metrics not refreshed'));
      return sendOnce(res, await metricsText(), { 'Content-Type': METRICS_TYPE });
    },
    contract: async (_params, req, res) => {
      const headers = {
        ...cacheHeaders(res, document, { isFinal: false }),
        'Content-Type': 'application/json; charset=utf-8',
        'Access-Control-Allow-Origin': '*',
      };
      sendCached(req, res, { body: document, headers });
      return undefined;
    },
  };
}
