import type { Source } from '../../ledger/run.ts';
import type { RunDetail, RunKey, RunSummary } from '../../ledger/run-history.ts';
import type { Handler } from '../http/operations.ts';
import { KEY_PART, keyIn, pageOf } from '../http/paging.ts';
import { Refused } from '../http/problems.ts';
import type { StatusQuery } from './status.ts';
import type { PullNow } from './trigger.ts';

export interface PipelineDeps {
  status: StatusQuery;
  pull: PullNow;
  listRuns: (page: { limit: number; after?: RunKey; source?: Source }) => Promise<RunSummary[]>;
  findRun: (runId: string) => Promise<RunDetail | null>;
}

const AFTER = [KEY_PART.instant, KEY_PART.uuid];
const LONGEST_WAIT_S = 30;

/** How the pipeline does, what it did, and having it do something now. */
export function pipelineHandlers({
  status,
  pull,
  listRuns,
  findRun,
}: PipelineDeps): Record<string, Handler> {
  const known = async (runId: unknown): Promise<RunDetail> => {
    const run = await findRun(String(runId));
    if (!run) throw new Refused('not-found', `there is no run ${runId}`);
    return run;
  };
  const told = async (runId: unknown) => ({
    item: 'Run',
    data: withoutBytes(await known(runId)),
    meta: {},
  });
  return {
    status: async () => ({ item: 'Status', data: await status(), meta: {} }),

    runs: async ({ source, limit, cursor }) => {
      const key = keyIn(cursor, AFTER);
      const after = key ? { after: { asked_at: key[0] as string, run_id: key[1] as string } } : {};
      const most = Number(limit);
      const rows = await listRuns({
        limit: most + 1,
        ...after,
        ...(source !== undefined && { source: source as Source }),
      });
      const { page, next_cursor } = pageOf(rows, most, ({ asked_at, run_id }) => [
        asked_at,
        run_id,
      ]);
      return { item: 'Run', data: page, meta: { next_cursor } };
    },

    run: ({ run_id }) => told(run_id),

    runAnswer: async ({ run_id }, _req, res) => {
      const { answer } = await known(run_id);
      if (answer === null) throw new Refused('not-found', `the run ${run_id} has no answer of XE`);
      const name = `attachment; filename="${run_id}.txt"`;
      res
        .writeHead(200, {
          'Content-Type': 'application/octet-stream',
          'Content-Disposition': name,
          'Cache-Control': 'no-store',
        })
        .end(answer);
      return undefined;
    },

    pull: async ({ Prefer }, _req, res) => {
      const wait = Math.min(
        Number(/(?:^|[\s,;])wait=(\d{1,4})(?:$|[\s,;])/i.exec(String(Prefer ?? ''))?.[1] ?? 0),
        LONGEST_WAIT_S,
      );
      const { runId, outcome } = await pull(wait * 1000);
      if (wait > 0) res.set('Preference-Applied', `wait=${wait}`);
      return {
        ...(await told(runId)),
        status: wait > 0 && outcome.state !== 'running' ? 200 : 202,
        headers: { Location: `/v2/runs/${runId}` },
      };
    },
  };
}

function withoutBytes({
  answer: _answer,
  quota: _quota,
  event_ids: _ids,
  published_to: _to,
  ...run
}: RunDetail): RunSummary {
  return run;
}
