/**
 * What the account has used: the package's monthly allowance and totals since the simulator
 * started.
 */
export interface Quota {
  readonly limit: number;
  /** Takes `rates` from the allowance, all or none. False: not enough is left. */
  spend(rates: number): boolean;
  remaining(): number;
  /** When the allowance is whole again: the first of the next month, 00:00 UTC. */
  resetsAt(): Date;
  secondsToReset(): number;
  /** Responses that held rates, 304 included. */
  calls(): number;
  ratesServed(): number;
  /** Counts a fetch of rates, whatever comes of it; `requests` is how many there were. */
  countFetch(): void;
  requests(): number;
  /** Both families of XE's quota headers. */
  headers(): Record<string, string>;
}

/**
 * Opens a quota that counts RATES, not calls, as XE does: a call for seven currencies costs seven.
 */
export function openQuota({ limit, now }: { limit: number; now: () => Date }): Quota {
  let calls = 0;
  let ratesServed = 0;
  let requests = 0;
  let used = { reset: nextMonth(now()).getTime(), rates: 0 };

  const remaining = () => {
    const reset = nextMonth(now()).getTime();
    if (used.reset !== reset) used = { reset, rates: 0 };
    return limit - used.rates;
  };
  const resetsAt = () => nextMonth(now());

  return {
    limit,
    remaining,
    resetsAt,
    secondsToReset: () => Math.ceil((resetsAt().getTime() - now().getTime()) / 1000),
    calls: () => calls,
    ratesServed: () => ratesServed,
    countFetch: () => {
      requests++;
    },
    requests: () => requests,
    spend(rates) {
      if (rates === 0) return true;
      if (rates > remaining()) return false;
      used.rates += rates;
      ratesServed += rates;
      calls += 1;
      return true;
    },
    headers() {
      const figures = { Limit: limit, Remaining: remaining(), Reset: resetsAt().getTime() / 1000 };
      // XE has a shorter usage window of unknown size (X-RateLimit) beside the package
      // (X-RateRequest); here they are one.
      return Object.fromEntries(
        ['X-RateLimit', 'X-RateRequest'].flatMap((family) =>
          Object.entries(figures).map(([name, figure]) => [`${family}-${name}`, String(figure)]),
        ),
      );
    },
  };
}

function nextMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
}
