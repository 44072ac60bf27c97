import type { Database } from '../platform/database.ts';
import { execute, queryOne, queryRow, sqlFolder } from '../platform/sql.ts';
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
  budgetSetting?: string;
  /** Leave everything but backfills to other producers. */
  backfillOnly: boolean;
  /** Slots still to come in this UTC day. */
  slotsLeft: number;
}

const sql = sqlFolder(import.meta.url);
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
    const next = await queryOne<{ run_id: string }>(trx, sql('next_run'), params);
    if (!next) return null;
    const facts = await readFacts(trx, claim, next.run_id);
    const decision = decideClaim(facts, claim);
    if (decision.do === 'fetch' && decision.isProbe)
      await execute(trx, sql('delay_probe'), { source, credentials });
    return queryRow<Run>(trx, sql('apply_claim'), {
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
  limits: Account & Limits,
): Promise<Failure | null> {
  return db.transaction(async (trx) => {
    await execute(trx, lockClaimsSql, { source: limits.source });
    const failure = decideCost(await readFacts(trx, limits, runId), limits);
    if (failure) return failure;
    const isReserved = await execute(trx, sql('reserve_price'), { runId, fence });
    return isReserved ? null : { code: 'interrupted', detail: { message: 'the lease is lost' } };
  });
}

function readFacts(db: Database, { source, credentials }: Account, runId: string) {
  return queryRow<ClaimFacts>(db, sql('claim_facts'), { source, credentials, runId });
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

/** A run that may be claimed, locked, with everything that decides whether it may be fetched. */
export interface ClaimFacts extends Run {
  readonly now: string;
  /** A past UTC day whose rates the run is for, if it is a slot or a catch-up. */
  readonly past_day: string | null;
  /** Of the run's currencies, those without a rate on `past_day`. */
  readonly currencies_without_rate: readonly string[];
  /** Rates spent today by slots and triggers, and what slots that wait already will cost. */
  readonly spent_today: number;
  readonly waiting_price: number;
  readonly breaker_reason: string | null;
  readonly breaker_open_until: string | null;
  readonly breaker_probe_at: string | null;
  /** Of the run's backfill: what was accepted and spent; null for the history of a first start. */
  readonly accepted_cost: number | null;
  readonly backfill_cost: number;
  /**
   * What the package has left, if the provider said so and until it is reset; text, for it is
   * int8.
   */
  readonly quota_remaining: string | null;
}

export interface Limits {
  /** Rates that slots and triggers may cost in a UTC day. */
  readonly dailyBudget: number;
  /** The setting that holds it, for people. */
  readonly budgetSetting?: string;
  /** Slots still to come in this UTC day: a trigger leaves them what they cost. */
  readonly slotsLeft: number;
}

type ClaimDecision =
  | { readonly do: 'publish' }
  | { readonly do: 'fetch'; readonly currencies: readonly string[]; readonly isProbe: boolean }
  | { readonly do: 'wait'; readonly until: string; readonly failure: Failure }
  | { readonly do: 'end'; readonly state: 'failed' | 'skipped'; readonly failure: Failure };

/** Rounds of a run; hourly retries reach this after a day. */
const MAX_ATTEMPTS = 30;
/** Claims whose holder died. Each may have been billed, so a crash loop must not go on for ever. */
const MAX_ABANDONED = 3;

/**
 * Decides whether a run may be fetched now. Pure: the caller holds the lock and applies the answer
 * in the same transaction.
 */
export function decideClaim(facts: ClaimFacts, limits: Limits): ClaimDecision {
  if (facts.state === 'fetched') return { do: 'publish' };
  const { past_day, currencies_without_rate: absent, trigger, breaker_open_until: until } = facts;
  if (past_day !== null && absent.length === 0)
    return end('skipped', { code: 'no_longer_needed', detail: { day: past_day } });
  const abandoned = facts.abandoned_claims + (facts.state === 'claimed' ? 1 : 0);
  if (facts.attempts >= MAX_ATTEMPTS || abandoned > MAX_ABANDONED) {
    const last = facts.error ?? 'the producer died before it stored a response';
    return end('failed', {
      code: 'attempts_exhausted',
      detail: { attempts: facts.attempts, last },
    });
  }
  const probeAt = facts.breaker_probe_at ?? until;
  const isProbe = until !== null && probeAt !== null && isAtOrBefore(probeAt, facts.now);
  if (until !== null && !isProbe) {
    const reason = facts.breaker_reason ?? '';
    const failure: Failure = { code: 'circuit_open', detail: { until, reason } };
    if (trigger === 'manual') return end('failed', failure);
    return { do: 'wait', until: earlierOf(until, probeAt), failure };
  }
  const currencies = past_day === null ? facts.currencies : absent;
  const isPriced = past_day === null || facts.bills === 'calls';
  const price = isPriced ? facts.price : currencies.length;
  const failure = decideCost({ ...facts, price }, limits);
  if (failure) return end('failed', failure);
  return { do: 'fetch', currencies, isProbe };
}

/** Decides whether a run may spend its price (once more): null when it may, else why not. */
function decideCost(facts: ClaimFacts, limits: Limits): Failure | null {
  const { trigger, price, spent_today: spent, accepted_cost: accepted } = facts;
  const { dailyBudget: budget, budgetSetting: setting, slotsLeft } = limits;
  const cost = { budget, spent, price, ...(setting && { setting }) };
  if (trigger === 'backfill') {
    if (accepted !== null && facts.backfill_cost + price > accepted) {
      const detail = { accepted, spent: facts.backfill_cost, price };
      return { code: 'accepted_cost_exceeded', detail };
    }
    const left = facts.quota_remaining;
    if (left !== null && Number(left) < price)
      return { code: 'package_exhausted', detail: { left, price } };
    return null;
  }
  if (spent + price > budget) return { code: 'budget_spent', detail: cost };
  if (trigger !== 'manual') return null;
  const reserved = facts.waiting_price + slotsLeft * price;
  if (spent + reserved + price <= budget) return null;
  return { code: 'budget_reserved', detail: { ...cost, reserved } };
}

function end(state: 'failed' | 'skipped', failure: Failure): ClaimDecision {
  return { do: 'end', state, failure };
}

function isAtOrBefore(instant: string, now: string): boolean {
  return Date.parse(instant) <= Date.parse(now);
}

function earlierOf(a: string, b: string | null): string {
  return b !== null && isAtOrBefore(b, a) ? b : a;
}
