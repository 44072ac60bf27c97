import type { Database } from '../platform/database.ts';
import { queryOne, sqlFolder } from '../platform/sql.ts';
import { expireManualRuns } from './confirm.ts';
import type { Run, Source } from './run.ts';

export interface RequestSettings {
  db: Database;
  source: Source;
  currencies: readonly string[];
  cooldownSeconds: number;
}

export type Requests = ReturnType<typeof openRequests>;

const sql = sqlFolder(import.meta.url);

/** Manual runs: filed in the ledger, executed by any producer. */
export function openRequests({ db, source, currencies, cooldownSeconds }: RequestSettings) {
  return {
    /**
     * Files a manual run and returns its id. Coalescing: requests while a run is open, or within
     * the cooldown after its end, share that run. Decided by one statement with a unique index
     * behind it, so a thousand requests at once are one run.
     */
    async request(): Promise<string> {
      await expireManualRuns(db, source);
      const params = { source, currencies, cooldownSeconds };
      for (;;) {
        const run = await queryOne<{ run_id: string }>(db, sql('request_run'), params);
        // No row: another request was filed while this one was decided. The next try finds it.
        if (run) return run.run_id;
      }
    },

    find: (runId: string): Promise<Run | null> =>
      queryOne<Run>(db, 'select * from runs where run_id = :runId', { runId }),
  };
}
