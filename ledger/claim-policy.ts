import type { Failure } from './failure.ts';
import type { Run } from './run.ts';

/** A run that may be claimed, locked, with everything that decides whether it may call XE. */
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
   * What the package has left, as far as XE said so and until it is reset; text, for it is int8.
   */
  readonly quota_remaining: string | null;
}

export interface Limits {
  /** Rates that slots and triggers may cost in a UTC day. */
  readonly dailyBudget: number;
  /** Slots still to come in this UTC day: a trigger leaves them what they cost. */
  readonly slotsLeft: number;
}

export type ClaimDecision =
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
  const price = past_day === null ? facts.price : currencies.length;
  const failure = decideCost({ ...facts, price }, limits);
  if (failure) return end('failed', failure);
  return { do: 'fetch', currencies, isProbe };
}

/** Decides whether a run may spend its price (once more): null when it may, else why not. */
export function decideCost(facts: ClaimFacts, { dailyBudget, slotsLeft }: Limits): Failure | null {
  const { trigger, price, spent_today: spent, accepted_cost: accepted } = facts;
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
  if (spent + price > dailyBudget)
    return { code: 'budget_spent', detail: { budget: dailyBudget, spent, price } };
  if (trigger !== 'manual') return null;
  const reserved = facts.waiting_price + slotsLeft * price;
  if (spent + reserved + price <= dailyBudget) return null;
  return { code: 'budget_reserved', detail: { budget: dailyBudget, spent, reserved, price } };
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
