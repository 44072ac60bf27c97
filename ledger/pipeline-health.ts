import type { Database } from '../platform/database.ts';
import { SILENT_SECONDS } from '../platform/heartbeat.ts';

/** How a part of the pipeline does, for a person: `null` when all is well. */
export interface PipelineHealth {
  readonly [service: string]: string | null;
}

const SERVICES = ['producer', 'consumer'];

export type PipelineQueries = ReturnType<typeof pipelineQueries>;

/** What producer and consumer say of themselves. The API knows them by their rows only. */
export function pipelineQueries(db: Database, source: string) {
  return {
    async health(): Promise<PipelineHealth> {
      const { rows } = await db.raw(
        `select s.service, s.health ->> 'trouble' as trouble, s.seen_at > now() - ?::int * interval '1 second' as fresh
         from services s order by s.seen_at`,
        [SILENT_SECONDS],
      );
      const health: Record<string, string | null> = {};
      for (const service of SERVICES) {
        const fresh = rows.filter(
          (row: { service: string; fresh: boolean }) => row.service === service && row.fresh,
        );
        health[service] =
          fresh.length === 0
            ? `no ${service} has been heard of for ${SILENT_SECONDS} s`
            : (fresh.find(({ trouble }: { trouble: string | null }) => trouble)?.trouble ?? null);
      }
      return health;
    },

    /** Why the newest pull has brought nothing yet, or null. */
    async pullTrouble(): Promise<{ error: string; next_attempt_at: string | null } | null> {
      const { rows } = await db.raw(
        `select error, case when state in ('due', 'retrying') then next_attempt_at end as next_attempt_at from (
           select * from runs where source = ? and state <> 'skipped' order by coalesce(ended_at, asked_at) desc limit 1
         ) newest where error is not null and state <> 'confirmed'`,
        [source],
      );
      return rows[0] ?? null;
    },
  };
}
