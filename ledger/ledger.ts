import type { Database } from '../platform/database.ts';
import { type Claim, claimNext, LEASE_SECONDS, PRICE, reserveTry } from './claim.ts';
import {
  confirmPublished,
  expireRequests,
  type PublishedRun,
  publishAgain,
  unconfirmed,
  waitForConsumer,
} from './confirm.ts';
import type { Account } from './credentials.ts';
import type { PublishedTo, Run, Source } from './run.ts';

/** A publish that failed is tried again after this. */
const PUBLISH_AGAIN_SECONDS = 5;

/** A slot to be filed: to be run, or never to be, with the reason. One row may stand for `count` skipped slots up to `to`. */
export interface FiledSlot {
  slot: string;
  trigger: 'schedule' | 'catch-up';
  skipped?: string;
  to?: string;
  count?: number;
}

/** What XE's answer came to; `answer` is its bytes as they came, from which the events are derived. */
export interface Fetched {
  answer: string;
  answeredBy: Source;
  eventIds: readonly string[];
  missing: readonly string[];
  /** XE's quota headers as they came. */
  quota: Readonly<Record<string, string>>;
  /** Tries before this one that brought nothing and may have been billed. */
  wasted: number;
  /** Tries whose price was reserved, this one among them. */
  reserved: number;
}

export interface LedgerSettings extends Account {
  db: Database;
  currencies: readonly string[];
  /** Rates that slots and triggers may cost in a UTC day. */
  dailyBudget: number;
}

export type Ledger = ReturnType<typeof openLedger>;

/**
 * The memory of every slot and run. Each step is one statement that holds for a claim only as long as its fence is the newest,
 * so a holder that was taken for dead and comes back can change nothing. Time is Postgres' own, told by `ledger_now()`.
 */
export function openLedger({ db, source, credentials, currencies, dailyBudget }: LedgerSettings) {
  const rows = async (sql: string, bindings: Record<string, unknown>): Promise<Run[]> =>
    (await db.raw(sql, { source, ...bindings } as never)).rows;

  return {
    /**
     * The ledger's time, and the newest slot that it knows of up to then. Slots ahead of the time are left over from a clock that was
     * ahead; a ledger that has only such is up to date, since an empty one would owe a slot.
     */
    async highWaterMark(): Promise<{ now: string; newest: string | null }> {
      const { rows: found } = await db.raw(
        `select now, case when exists (select from runs where source = :source and slot is not null) then coalesce(greatest(
           (select max(slot) from runs where source = :source and slot <= now),
           (select max(skipped_to) from runs where source = :source and skipped_to <= now)), now) end as newest
         from (select ledger_now() as now) clock`,
        { source },
      );
      return found[0];
    },

    /** Files slots once, whoever else files them too; an older slot that is still waiting is given up for a newer one. */
    async fileSlots(slots: readonly FiledSlot[]): Promise<void> {
      if (slots.length === 0) return;
      const due = slots.filter(({ skipped }) => skipped === undefined).map(({ slot }) => slot);
      await db.transaction(async (trx) => {
        await trx.raw(
          `update runs set state = 'failed', ended_at = ledger_now(), error = coalesce(error, 'it was never tried') || '; given up, the next slot is due'
           where source = :source and state in ('due', 'retrying') and slot < (select min(due) from unnest(:due::timestamptz[]) as d (due))`,
          { source, due } as never,
        );
        await trx.raw(
          `insert into runs (source, trigger, slot, state, currencies, error, skipped_to, skipped_count, ended_at)
           select :source, trigger, slot, case when skipped is null then 'due' else 'skipped' end, :currencies, skipped, skipped_to, skipped_count,
                  case when skipped is not null then ledger_now() end
           from unnest(:triggers::text[], :slots::timestamptz[], :skipped::text[], :to::timestamptz[], :counts::int[])
                as s (trigger, slot, skipped, skipped_to, skipped_count)
           on conflict on constraint runs_one_per_slot do nothing`,
          {
            source,
            currencies,
            triggers: slots.map(({ trigger }) => trigger),
            slots: slots.map(({ slot }) => slot),
            skipped: slots.map(({ skipped }) => skipped ?? null),
            to: slots.map(({ to }) => to ?? null),
            counts: slots.map(({ count }) => count ?? null),
          } as never,
        );
      });
    },

    /** Takes the next run that has something to do; see `claimNext`. */
    claim: (claim: Omit<Claim, keyof Account | 'dailyBudget'>): Promise<Run | null> =>
      claimNext(db, { source, credentials, dailyBudget, ...claim }),

    /** Reserves what one more try of a claimed run may cost; false when the budget, or what was agreed to be paid, does not allow it. */
    reserveTry: (run: Run, slotsLeft: number): Promise<boolean> =>
      reserveTry(db, run, { dailyBudget, slotsLeft }),

    /** How long until something is due, a lease runs out, or a publish is to be tried again, a minute at most; null when nothing is open. */
    async msToNext(): Promise<number | null> {
      const { rows: found } = await db.raw(
        `select (extract(epoch from greatest('0', least('1 minute', min(
           case when state in ('due', 'retrying') then next_attempt_at when state = 'published' then recheck_at else lease_until end) - ledger_now()))) * 1000)::int as ms
         from runs where source = :source and state in ('due', 'claimed', 'fetched', 'published', 'retrying')`,
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
        `update runs set state = 'fetched', response_body = :answer, answered_by = :answeredBy, event_ids = :eventIds, missing = :missing,
                quota = :quota, package = (select package from xe_quota q where q.source = runs.source and q.credentials = :credentials),
                fetched_at = ledger_now(), error = null, cost = cost + cardinality(:eventIds::uuid[]) + (:wasted::int - :reserved::int) * ${PRICE}
         ${HELD} and state = 'claimed' returning *`,
        { ...held(run), ...fetched, credentials, quota: JSON.stringify(fetched.quota) },
      );
      return kept[0] ?? null;
    },

    /** The stream has acknowledged every event of the run. */
    async published(run: Run, to: readonly PublishedTo[]): Promise<void> {
      await rows(
        `update runs set state = 'published', published_at = ledger_now(), published_to = :to, publishes = publishes + 1, error = null, lease_until = null,
                recheck_at = ledger_now() + least(60 * 2 ^ publishes, 3600) * interval '1 second'
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

    /** A round of tries has failed. It is tried again in `againSeconds`, or never when that is null. `wasted`: tries that XE may have billed, of those `reserved`. */
    async notFetched(
      run: Run,
      failure: { error: string; againSeconds: number | null; wasted: number; reserved: number },
    ): Promise<void> {
      await rows(
        `update runs set state = case when :againSeconds::int is null then 'failed' else 'retrying' end, error = :error, lease_until = null,
                next_attempt_at = ledger_now() + coalesce(:againSeconds::int, 0) * interval '1 second', ended_at = ledger_now(),
                cost = cost + (:wasted::int - :reserved::int) * ${PRICE}
         ${HELD} and state = 'claimed'`,
        { ...held(run), ...failure },
      );
    },

    /** Ends what is at its end: runs whose rows are there or never come, and requests that nobody took. */
    async confirm(): Promise<void> {
      await confirmPublished(db, source);
      await expireRequests(db, source);
    },
    /** Published runs whose rows should have come by now. */
    unconfirmed: (): Promise<PublishedRun[]> => unconfirmed(db, source),
    waitForConsumer: (runId: string, reason: string): Promise<void> =>
      waitForConsumer(db, runId, reason),
    publishAgain: (runId: string): Promise<void> => publishAgain(db, runId),

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
