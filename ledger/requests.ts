import type { Database } from '../platform/database.ts';
import { expireRequests } from './confirm.ts';
import type { Run, Source } from './run.ts';

export interface RequestSettings {
  db: Database;
  source: Source;
  currencies: readonly string[];
  cooldownSeconds: number;
}

export type Requests = ReturnType<typeof openRequests>;

/** Pulls that somebody asks for: filed in the ledger, run by whichever producer takes them. */
export function openRequests({ db, source, currencies, cooldownSeconds }: RequestSettings) {
  return {
    /**
     * Files a pull and gives its run. Who asks while one is open, or within the cool-down of the end of the last one, gets that run:
     * a thousand at once are one pull. The statement decides, with a unique index behind it, not the memory of a process.
     */
    async request(): Promise<string> {
      await expireRequests(db, source);
      for (;;) {
        const { rows } = await db.raw<{ rows: { run_id: string }[] }>(
          `with reusable as (
             select run_id, (ended_at is null or state = 'retrying') as open from runs
             where source = :source and first_day is null and (
               state in ('claimed', 'fetched')
               or state = 'published' and published_at > ledger_now() - interval '60 seconds'
               or trigger = 'manual' and state in ('due', 'retrying')
               or state <> 'skipped' and ended_at > ledger_now() - :cooldownSeconds * interval '1 second')
             order by open desc, coalesce(ended_at, asked_at) desc limit 1
           ), filed as (
             insert into runs (source, trigger, currencies) select :source, 'manual', :currencies where not exists (select from reusable)
             on conflict do nothing returning run_id
           )
           select run_id from reusable union all select run_id from filed`,
          { source, currencies, cooldownSeconds } as never,
        );
        // No row: another request was filed between our look and our insert. The next look finds it.
        if (rows[0]) return rows[0].run_id;
      }
    },

    async find(runId: string): Promise<Run | null> {
      return (await db<Run>('runs').where({ run_id: runId }).first()) ?? null;
    },
  };
}
