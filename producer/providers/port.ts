import type { QuotaSeen } from '../../ledger/quota.ts';
import type { UpstreamError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';

/** Past days, both included. */
export interface Days {
  readonly first: string;
  readonly last: string;
}

/** A request. A timestamp may be at most a day ahead of `now`; `days` null: the current rates. */
export interface RateRequest {
  readonly currencies: readonly string[];
  readonly now: string;
  readonly days: Days | null;
}

/**
 * A rate as the provider printed it: `mid` is its very digits, units of `currency` for 1 USD;
 * `observedAt` is the provider's timestamp, ISO 8601 with milliseconds.
 */
export interface Quote {
  readonly currency: string;
  readonly mid: string;
  readonly observedAt: string;
}

export interface RatesResponse {
  readonly quotes: readonly Quote[];
  /** Requested currencies that did not come, or not for each of the days. */
  readonly missing: readonly string[];
  /** Currencies that came instead, such as EUR for the superseded BGN. They are not stored. */
  readonly unrequested: readonly string[];
  /** What the response costs in the provider's unit. */
  readonly cost: number;
}

/** A response: its bytes as text, what they say, and who really answered. */
export interface FetchedRates extends RatesResponse {
  readonly body: string;
  /** The source of its rates: the provider, or a simulator that says so in its response. */
  readonly answeredBy: string;
  /** The quota headers as they came, and what they say. */
  readonly quota: Readonly<Record<string, string>>;
  readonly quotaSeen: QuotaSeen;
}

/**
 * A provider of rates. Failures are `UpstreamError`s, whose `kind` says what follows: an outage is
 * retried; refused and exhausted open the circuit breaker; a response that cannot be used is
 * fetched once more, and nothing of it is stored.
 */
export interface Provider {
  /** USD rates of all `currencies`, current or of past `days`, in as few calls as possible. */
  fetchRates(
    request: RateRequest,
    call: {
      signal: AbortSignal;
      /** Is asked after each failure that a retry may cure, since it may be billed too. */
      mayRetry: (error: UpstreamError) => Promise<boolean>;
    },
  ): Promise<FetchedRates>;
  /** Parses a stored response again. Throws what `fetchRates` would throw. */
  parse(body: string, request: RateRequest): RatesResponse;
  /** The account's package, what is left of it, and the Date header, free of charge; or nothing. */
  fetchAccount(signal: AbortSignal): Promise<{ seen: QuotaSeen; date: string | null }>;
}

/** A provider as the list of providers names it. */
export interface ProviderEntry {
  /** As PROVIDERS and the events name it. */
  readonly name: string;
  /** As people name it. */
  readonly title: string;
  readonly bills: 'rates' | 'calls';
  /** How many days of history one call may return. */
  readonly daysPerCall: number;
  open(settings: ProviderSettings): Provider;
}

interface ProviderSettings {
  readonly baseUrl: string;
  /** The values of its settings that prove who we are, in the order of the settings. */
  readonly credentials: readonly string[];
  /** The source of rates that a simulator sends and marks as such. */
  readonly simulatedAs: string;
  readonly log: Logger;
  readonly deadlineMs?: number | undefined;
}
