import type { HealthCode } from './health.ts';

/**
 * A request that cannot be served: says what was expected and what came. `status` is a 4xx,
 * `parameter` the name of the one at fault.
 */
export class InvalidRequest extends Error {
  override name = 'InvalidRequest';
  readonly status: number;
  readonly parameter: string | undefined;
  constructor(
    message: string,
    options: ErrorOptions & { status?: number; parameter?: string } = {},
  ) {
    super(message, options);
    this.status = options.status ?? 400;
    this.parameter = options.parameter;
  }
}

/** What a provider's failure means; see `Provider`. */
export type UpstreamKind = 'outage' | 'refused' | 'exhausted' | 'unusable' | 'rejected';

/**
 * A provider refused, failed or sent a response that cannot be used. `retryable`: a retry may help;
 * `billed`: the rates may have been counted all the same; `status`: the HTTP status, if any, which
 * says the `kind` unless the provider uses it otherwise; `retryAt`: the instant (ISO 8601) before
 * which the provider wants no call. `excerpt`: a part of the response that is no JSON, such as an
 * HTML page; the message ends with it and `brief`, which clients of the API get, does not.
 */
export class UpstreamError extends Error {
  override name = 'UpstreamError';
  readonly brief: string;
  readonly kind: UpstreamKind;
  readonly retryable: boolean;
  readonly billed: boolean;
  readonly status: number | null;
  readonly retryAt: string | null;
  constructor(
    message: string,
    options: ErrorOptions & {
      retryable: boolean;
      billed?: boolean;
      status?: number;
      retryAt?: string | null;
      kind?: UpstreamKind;
      excerpt?: string;
    },
  ) {
    super(message + (options.excerpt ?? ''), options);
    this.brief = message;
    this.kind = options.kind ?? kindOf(options.status ?? null);
    this.retryable = options.retryable;
    this.billed = options.billed ?? false;
    this.status = options.status ?? null;
    this.retryAt = options.retryAt ?? null;
  }
}

function kindOf(status: number | null): UpstreamKind {
  if (status === 401 || status === 403) return 'refused';
  if (status === 429) return 'exhausted';
  if (status === 200) return 'unusable';
  return status === null || status >= 500 ? 'outage' : 'rejected';
}

/**
 * The broker or the schema registry is unavailable: retry with back-off. `healthCode` says what is
 * unavailable, for the service's health, and `what` names it, for the log. `fix` is what a person
 * must do where it refuses us.
 */
export class StreamUnavailable extends Error {
  override name = 'StreamUnavailable';
  readonly healthCode: HealthCode;
  readonly what: string | undefined;
  readonly detail: string;
  readonly fix: string | undefined;
  constructor(
    detail: string,
    options: ErrorOptions & {
      healthCode?: HealthCode;
      what?: string | undefined;
      fix?: string | undefined;
    } = {},
  ) {
    super(options.fix ? `${detail}: ${options.fix}` : detail, options);
    this.healthCode = options.healthCode ?? 'stream_unavailable';
    this.what = options.what;
    this.detail = detail;
    this.fix = options.fix;
  }
}

/** The stream refuses a record for its size; a retry never helps. */
export class RecordTooLarge extends Error {
  override name = 'RecordTooLarge';
}

/** The program cannot start until a person acts: one sentence, printed without a stack. */
export class CannotStart extends Error {
  override name = 'CannotStart';
}

/** Invalid settings: one message with every fault. The command exits with 2. */
export class WrongSettings extends Error {
  override name = 'WrongSettings';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`The settings cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}
