import type { Database } from '../platform/database.ts';
import { HEALTHY, type Trouble } from '../platform/health.ts';
import { queryRow, sqlFolder } from '../platform/sql.ts';
import { type Claim, claimNextRun, reservePrice } from './claim.ts';
import {
  confirmPublished,
  expireManualRuns,
  publishAgain,
  type UnconfirmedRun,
  unconfirmedRuns,
  waitForConsumer,
} from './confirm.ts';
import type { Account } from './credentials.ts';
import { briefError, healthCodeOf } from './failure.ts';
import { openProgress, type Progress } from './progress.ts';
import type { Run } from './run.ts';
import { fileDueSlots, type SlotSettings } from './slots.ts';
import { fileCrossCheck, fileFallback } from './sources.ts';

export interface LedgerSettings extends Account {
  db: Database;
  currencies: readonly string[];
  /** Rates that slots and triggers may cost in a UTC day. */
  dailyBudget: number;
  /** The setting that holds it, for people. */
  budgetSetting?: string;
}

export type Ledger = ReturnType<typeof openLedger>;

type OpenTrouble = { now: string } & Pick<Run, 'error' | 'failure_code' | 'failure_detail'>;

const sql = sqlFolder(import.meta.url);

/**
 * The record of every slot and run. Each step is atomic and holds for a claim only while its fence
 * is the newest, so a holder whose lease was taken over changes nothing. Time is Postgres' own.
 */
export function openLedger({ db, currencies, source, credentials, ...budget }: LedgerSettings) {
  const account = { source, credentials };
  const progress: Progress = openProgress(db, account);
  return {
    account,
    ...progress,

    /** The ledger's time, ISO 8601. */
    async now(): Promise<string> {
      return (await queryRow<{ now: string }>(db, 'select ledger_now() as now')).now;
    },

    /** Files every slot that has fallen due; see `fileDueSlots`. */
    fileDueSlots: (settings: SlotSettings): Promise<void> =>
      fileDueSlots(db, { source, currencies }, settings),

    /** Files the newest slot of a provider that fails for this one; see `fileFallback`. */
    fileFallback: (failing: string, minutes: number): Promise<void> =>
      fileFallback(db, { source, currencies, failing, minutes }),
    /** Files the cross-check of the day. */
    fileCrossCheck: (): Promise<void> => fileCrossCheck(db, { source, currencies }),

    /** Claims the next run that has something to do; see `claimNextRun`. */
    claim: (
      claim: Omit<Claim, keyof Account | 'dailyBudget' | 'budgetSetting'>,
    ): Promise<Run | null> => claimNextRun(db, { ...account, ...budget, ...claim }),

    /** Reserves the price of one more fetch of a claimed run; null when granted, else why not. */
    reservePrice: (run: Run, slotsLeft: number) =>
      reservePrice(db, run, { ...account, ...budget, slotsLeft }),

    /** Until something is due, a lease expires or a publish is retried, a minute at most. */
    async msToNext(): Promise<number | null> {
      return (await queryRow<{ ms: number | null }>(db, sql('ms_to_next'), { ...account })).ms;
    },

    /** Ends runs whose rows are stored or will never come, and expires unclaimed manual runs. */
    async confirm(): Promise<void> {
      await confirmPublished(db, source);
      await expireManualRuns(db, source);
    },
    /** Published runs whose rows should be there by now. */
    unconfirmedRuns: (): Promise<UnconfirmedRun[]> => unconfirmedRuns(db, source),
    waitForConsumer: (runId: string, lag: bigint | null): Promise<void> =>
      waitForConsumer(db, runId, lag),
    publishAgain: (run: UnconfirmedRun): Promise<void> => publishAgain(db, run),

    /** The time, and what keeps the newest slot or an open run from success, as a sentence. */
    async health(): Promise<Trouble & { now: string }> {
      const found = await queryRow<OpenTrouble>(db, sql('open_trouble'), { source });
      const { now, failure_code } = found;
      if (found.error === null) return { now, ...HEALTHY };
      const code = failure_code ? healthCodeOf(failure_code) : 'provider_unavailable';
      return { now, trouble: briefError(found), code };
    },
  };
}
