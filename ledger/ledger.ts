import type { Database } from '../platform/database.ts';
import { claimNext, LEASE_SECONDS, PUBLISHES, REPUBLISH_AT } from './claim.ts';
import type { Run, Source } from './run.ts';

/** A publish that failed is tried again after this. */
const PUBLISH_AGAIN_SECONDS = 5;

/** A slot to be filed: to be run, or never to be, with the reason. */
export interface FiledSlot {
  slot: string;
  trigger: 'schedule' | 'catch-up';
  skipped?: string;
}

/** What XE's answer came to; `answer` is its bytes as they came, from which the events are derived. */
export interface Fetched {
  answer: string;
  answeredBy: Source;
  eventIds: readonly string[];
  missing: readonly string[];
  /** Tries before this one that brought nothing and may have been billed. */
  wasted: number;
}

export interface LedgerSettings {
  db: Database;
  /** Slots, budget and cool-down are kept per source, so that real keys owe their latest slot at once. */
  source: Source;
  currencies: readonly string[];
  /** Rates that slots and triggers may cost in a UTC day. */
  dailyBudget: number;
}

export type Ledger = ReturnType<typeof openLedger>;

/**
 * The memory of every slot and run. Each step is one statement that holds for a claim only as long as its fence is the newest,
 * so a holder that was taken for dead and comes back can change nothing. Time is Postgres' own, told by `ledger_now()`.
 */
export function openLedger({ db, source, currencies, dailyBudget }: LedgerSettings) {
  const rows = async (sql: string, bindings: Record<string, unknown>): Promise<Run[]> =>
    (await db.raw(sql, { source, ...bindings } as never)).rows;

  return {
    /** The ledger's time, and the newest slot it knows. */
    async highWaterMark(): Promise<{ now: string; newest: string | null }> {
      const { rows: found } = await db.raw(
        'select ledger_now() as now, (select max(slot) from runs where source = :source) as newest', // the unique index answers it
        { source },
      );
      return found[0];
    },

    /** Files slots once, whoever else files them too; an older slot that is still waiting is given up for a newer one. */
    async fileSlots(slots: readonly FiledSlot[]): Promise<void> {
      if (slots.length === 0) return;
      await db.transaction(async (trx) => {
        await trx.raw(
          `insert into runs (source, trigger, slot, state, currencies, error, ended_at)
           select :source, trigger, slot, case when skipped is null then 'due' else 'skipped' end, :currencies, skipped,
                  case when skipped is not null then ledger_now() end
           from unnest(:triggers::text[], :slots::timestamptz[], :skipped::text[]) as s (trigger, slot, skipped)
           on conflict on constraint runs_one_per_slot do nothing`,
          {
            source,
            currencies,
            triggers: slots.map(({ trigger }) => trigger),
            slots: slots.map(({ slot }) => slot),
            skipped: slots.map(({ skipped }) => skipped ?? null),
          } as never,
        );
        await trx.raw(
          `update runs set state = 'failed', ended_at = ledger_now(), error = coalesce(error, 'it was never tried') || '; given up, the next slot is due'
           where source = :source and state = 'due' and slot < (select max(slot) from runs where source = :source and state <> 'skipped')`,
          { source },
        );
      });
    },

    /** Takes the next run that has something to do, none of `seen`; see `claimNext`. */
    claim: (by: string, seen: readonly string[] = []): Promise<Run | null> => claimNext(db, { source, by, seen, dailyBudget }),

    /** How long until something is due, a lease runs out, or a publish is to be tried again; null when nothing is open. */
    async msToNext(): Promise<number | null> {
      const { rows: found } = await db.raw(
        `select (extract(epoch from min(
           case state when 'due' then next_attempt_at when 'published' then ${REPUBLISH_AT} else lease_until end) - ledger_now()) * 1000)::int as ms
         from runs where source = :source and state in ('due', 'claimed', 'fetched', 'published')`,
        { source },
      );
      return found[0].ms;
    },

    /** False when somebody else has taken the run over. */
    async renew(run: Run): Promise<boolean> {
      const kept = await rows(
        `update runs set lease_until = ledger_now() + :lease * interval '1 second' ${HELD} returning run_id`,
        {
          ...held(run),
          lease: LEASE_SECONDS,
        },
      );
      return kept.length === 1;
    },

    /** Keeps the answer, before anything is published from it, and settles the cost to the rates that came. Null when taken over. */
    async keepAnswer(run: Run, fetched: Fetched): Promise<Run | null> {
      const kept = await rows(
        `update runs set state = 'fetched', answer = :answer, answered_by = :answeredBy, event_ids = :eventIds, missing = :missing,
                fetched_at = ledger_now(), error = null, cost = cost - cardinality(currencies) + cardinality(:eventIds::uuid[]) + :wasted * cardinality(currencies)
         ${HELD} and state = 'claimed' returning *`,
        { ...held(run), ...fetched },
      );
      return kept[0] ?? null;
    },

    /** The stream has acknowledged every event of the run. */
    async published(run: Run, to: unknown): Promise<void> {
      await rows(
        `update runs set state = 'published', published_at = ledger_now(), published_to = :to, publishes = publishes + 1, error = null, lease_until = null
         ${HELD} and state = 'fetched'`,
        { ...held(run), to: JSON.stringify(to) },
      );
    },

    /** The stream is away: the answer stays, and is published later without asking XE again. */
    async notPublished(run: Run, error: string): Promise<void> {
      await rows(
        `update runs set error = :error, lease_until = ledger_now() + :again * interval '1 second' ${HELD} and state = 'fetched'`,
        {
          ...held(run),
          error,
          again: PUBLISH_AGAIN_SECONDS,
        },
      );
    },

    /** A round of tries has failed. It is tried again in `againSeconds`, or never when that is null. `wasted`: tries that XE may have billed. */
    async notFetched(run: Run, failure: { error: string; againSeconds: number | null; wasted: number }): Promise<void> {
      await rows(
        `update runs set state = case when :againSeconds::int is null then 'failed' else 'due' end, error = :error, lease_until = null,
                next_attempt_at = ledger_now() + coalesce(:againSeconds::int, 0) * interval '1 second', ended_at = ledger_now(),
                cost = cost + (:wasted::int - 1) * cardinality(currencies)
         ${HELD} and state = 'claimed'`,
        { ...held(run), ...failure },
      );
    },

    /** Ends every published run whose events have all been read back from the table, and those whose events never come. */
    async confirm(): Promise<void> {
      await rows(
        `update runs r set state = 'confirmed', ended_at = ledger_now()
         where source = :source and state = 'published' and not exists (
           select from unnest(r.event_ids) as e (id) where not exists (select from rate_observations o where o.event_id = e.id))`,
        {},
      );
      await rows(
        `update runs set state = 'failed', ended_at = ledger_now(),
                error = format('published %s times and never stored: look at npm run dlt -- ls', publishes)
         where source = :source and state = 'published' and publishes >= :publishes and ${REPUBLISH_AT} < ledger_now()`,
        { publishes: PUBLISHES },
      );
    },

    /** What keeps the newest slot, or an open run, from being done, in a sentence; null when all is well. */
    async trouble(): Promise<string | null> {
      const { rows: found } = await db.raw(
        `select error from runs where source = :source and state not in ('confirmed', 'skipped') and error is not null
           and (trigger <> 'manual' or state <> 'failed')
           and asked_at >= coalesce((select max(asked_at) from runs where source = :source and state = 'confirmed'), '-infinity')
         order by asked_at desc limit 1`,
        { source },
      );
      return found[0]?.error ?? null;
    },
  };
}

const HELD = 'where run_id = :runId and fence = :fence';
const held = ({ run_id, fence }: Run) => ({ runId: run_id, fence });
