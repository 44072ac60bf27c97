import { expect } from 'chai';
import { type ClaimFacts, decideClaim } from '../../../ledger/claim.ts';
import type { FailureCode } from '../../../ledger/failure.ts';

const NOW = '2026-11-24T01:00:05Z';
const LIMITS = { dailyBudget: 27, slotsLeft: 1 };

/** A slot of seven currencies that is due, with nothing in its way. */
const facts = (changes: Partial<ClaimFacts> = {}) =>
  ({
    state: 'due',
    trigger: 'schedule',
    currencies: ['KES', 'NGN'],
    attempts: 0,
    abandoned_claims: 0,
    price: 7,
    error: null,
    now: NOW,
    past_day: null,
    currencies_without_rate: [],
    spent_today: 0,
    waiting_price: 0,
    breaker_reason: null,
    breaker_open_until: null,
    breaker_probe_at: null,
    accepted_cost: null,
    backfill_cost: 0,
    quota_remaining: null,
    ...changes,
  }) as ClaimFacts;

const OPEN = {
  breaker_open_until: '2026-11-24T02:00:05Z',
  breaker_probe_at: '2026-11-25T01:00:05Z',
  breaker_reason: 'XE: got 401',
};

describe('the decision about a claim', () => {
  it('fetches what is due, and only publishes what is fetched already', () => {
    expect(decideClaim(facts(), LIMITS)).to.deep.equal({
      do: 'fetch',
      currencies: ['KES', 'NGN'],
      isProbe: false,
    });
    const fetched = facts({ state: 'fetched', spent_today: 100, ...OPEN });
    expect(decideClaim(fetched, LIMITS)).to.deep.equal({ do: 'publish' });
  });

  const ENDS: [string, Partial<ClaimFacts>, FailureCode][] = [
    ['a slot beyond the budget', { spent_today: 21 }, 'budget_spent'],
    [
      'a manual run that would leave slots of today nothing',
      { trigger: 'manual', spent_today: 14 },
      'budget_reserved',
    ],
    ['a manual run while the breaker is open', { trigger: 'manual', ...OPEN }, 'circuit_open'],
    [
      'a backfill page beyond the accepted cost',
      { trigger: 'backfill', accepted_cost: 14, backfill_cost: 14 },
      'accepted_cost_exceeded',
    ],
    [
      'a backfill page beyond what the package has left',
      { trigger: 'backfill', accepted_cost: 14, quota_remaining: '6' },
      'package_exhausted',
    ],
    ['a run after 30 attempts', { state: 'retrying', attempts: 30 }, 'attempts_exhausted'],
    [
      'a run whose holder died a fourth time',
      { state: 'claimed', abandoned_claims: 3 },
      'attempts_exhausted',
    ],
    ['a past day that has all its rates', { past_day: '2026-11-23' }, 'no_longer_needed'],
  ];
  for (const [what, changes, code] of ENDS) {
    it(`ends ${what}: ${code}`, () => {
      expect(decideClaim(facts(changes), LIMITS)).to.nested.include({
        do: 'end',
        state: code === 'no_longer_needed' ? 'skipped' : 'failed',
        'failure.code': code,
      });
    });
  }

  it('lets backfills spend beyond the budget of the day', () => {
    const page = facts({ trigger: 'backfill', accepted_cost: 700, spent_today: 27 });
    expect(decideClaim(page, LIMITS).do).to.equal('fetch');
  });

  it('fetches a past day only for the currencies that have no rate of it', () => {
    const late = facts({ past_day: '2026-11-23', currencies_without_rate: ['NGN'] });
    expect(decideClaim(late, { dailyBudget: 1, slotsLeft: 0 })).to.deep.equal({
      do: 'fetch',
      currencies: ['NGN'],
      isProbe: false,
    });
  });

  it('has slots wait for an open breaker, and probes XE once a day', () => {
    const waiting = decideClaim(facts(OPEN), LIMITS);
    expect(waiting).to.include({ do: 'wait', until: OPEN.breaker_open_until });
    const forWeeks = { ...OPEN, breaker_open_until: '2026-12-25T00:00:00Z' };
    expect(decideClaim(facts(forWeeks), LIMITS)).to.include({
      do: 'wait',
      until: OPEN.breaker_probe_at,
    });
    const nextDay = facts({ ...forWeeks, now: '2026-11-25T01:00:06Z' });
    expect(decideClaim(nextDay, LIMITS)).to.include({ do: 'fetch', isProbe: true });
  });
});
