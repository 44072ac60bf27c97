import type { Database } from '../platform/database.ts';
import { execute, queryOne, queryRow, sqlFile } from '../platform/sql.ts';
import { type ClaimDecision, type ClaimFacts, decideClaim, decideCost } from './claim-policy.ts';
import type { Account } from './credentials.ts';
import { type Failure, failureParams } from './failure.ts';
import type { Run } from './run.ts';

/** A lease that is not renewed for this long may be taken over. */
export const LEASE_SECONDS = 15;

export interface Claim extends Account {
  claimedBy: string;
  /** Runs to pass over, so that failing ones do not alternate for ever. */
  seen: readonly string[];
  dailyBudget: number;
  /** Leave everything but backfills to other producers. */
  backfillOnly: boolean;
  /** Slots still to come in this UTC day. */
  slotsLeft: number;
}

const nextRunSql = sqlFile(import.meta.url, 'sql/next_run.sql');
const claimFactsSql = sqlFile(import.meta.url, 'sql/claim_facts.sql');
const applyClaimSql = sqlFile(import.meta.url, 'sql/apply_claim.sql');
const delayProbeSql = sqlFile(import.meta.url, 'sql/delay_probe.sql');
const reservePriceSql = sqlFile(import.meta.url, 'sql/reserve_price.sql');
const lockClaimsSql = `select pg_advisory_xact_lock(lock_key('claims'), hashtext(:source))`;

/**
 * Claims the next run that is due or whose lease has expired: slots first, then manual runs, then
 * backfills. Reserves its price, which stays counted if the producer dies. A run that must not be
 * fetched comes back ended or `retrying`, with the failure. Null when nothing is due.
 */
export function claimNextRun(db: Database, claim: Claim): Promise<Run | null> {
  return db.transaction(async (trx) => {
    // The budget is a sum over many rows, so claims of a source are made one after the other.
    await execute(trx, lockClaimsSql, { source: claim.source });
    const { source, credentials, seen, backfillOnly } = claim;
    const params = { source, credentials, seen, backfillOnly };
    const next = await queryOne<{ run_id: string }>(trx, nextRunSql, params);
    if (!next) return null;
    const facts = await readFacts(trx, claim, next.run_id);
    const decision = decideClaim(facts, claim);
    if (decision.do === 'fetch' && decision.isProbe)
      await execute(trx, delayProbeSql, { source, credentials });
    return queryRow<Run>(trx, applyClaimSql, {
      runId: next.run_id,
      claimedBy: claim.claimedBy,
      leaseSeconds: LEASE_SECONDS,
      ...changesOf(facts, decision, claim),
    });
  });
}

/** Reserves the price of one more fetch within a round; null when granted, else why not. */
export function reservePrice(
  db: Database,
  { run_id: runId, fence }: Run,
  limits: Account & { dailyBudget: number; slotsLeft: number },
): Promise<Failure | null> {
  return db.transaction(async (trx) => {
    await execute(trx, lockClaimsSql, { source: limits.source });
    const failure = decideCost(await readFacts(trx, limits, runId), limits);
    if (failure) return failure;
    const isReserved = await execute(trx, reservePriceSql, { runId, fence });
    return isReserved ? null : { code: 'interrupted', detail: { message: 'the lease is lost' } };
  });
}

function readFacts(db: Database, { source, credentials }: Account, runId: string) {
  return queryRow<ClaimFacts>(db, claimFactsSql, { source, credentials, runId });
}

function changesOf(facts: ClaimFacts, decision: ClaimDecision, { credentials }: Account) {
  const isFetch = decision.do === 'fetch';
  const day = isFetch && facts.past_day !== null ? facts.past_day : null;
  const failure = decision.do === 'wait' || decision.do === 'end' ? decision.failure : null;
  const states = { publish: 'fetched', fetch: 'claimed', wait: 'retrying' } as const;
  return {
    state: decision.do === 'end' ? decision.state : states[decision.do],
    currencies: isFetch ? decision.currencies : facts.currencies,
    firstDay: day ?? facts.first_day,
    lastDay: day ?? facts.last_day,
    isFetch,
    isAbandoned: facts.state === 'claimed',
    isRefused: failure !== null,
    nextAttemptAt: decision.do === 'wait' ? decision.until : null,
    blockedCredentials: decision.do === 'wait' ? credentials : null,
    ...failureParams(failure),
  };
}
