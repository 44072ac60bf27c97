import type { Request, Response } from 'express';
import type { Source } from '../../ledger/run.ts';
import type { RunDetail, RunKey, RunSummary } from '../../ledger/run-history.ts';
import { prefixOf } from '../http/base-path.ts';
import type { Handler } from '../http/operations.ts';
import { cutPage, decodeCursor, KEY_PART } from '../http/paging.ts';
import { Refused } from '../http/problems.ts';
import { publicStatus, type ReadStatus } from './status.ts';
import type { TriggerUpdate } from './trigger.ts';

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
      if (answer === null) throw new Refused('not-found', `the run ${run_id} has no XE response`);
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

function triggerHandler(
  { trigger }: PipelineDeps,
  readRun: (runId: string) => Promise<RunSummary>,
): Handler {
  return async ({ Prefer }, _req, res) => {
    const preferred = /(?:^|[\s,;])wait=(\d{1,4})(?:$|[\s,;])/i.exec(String(Prefer ?? ''))?.[1];
    const wait = Math.min(Number(preferred ?? 0), MAX_WAIT_S);
    const { runId, outcome } = await trigger(wait * 1000);
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
