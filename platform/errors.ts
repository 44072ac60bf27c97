import type { HealthCode } from './health.ts';

/** A request that cannot be served: says what was expected and what came. `status` is a 4xx. */
export class InvalidRequest extends Error {
  override name = 'InvalidRequest';
  readonly status: number;
  constructor(message: string, options: ErrorOptions & { status?: number } = {}) {
    super(message, options);
    this.status = options.status ?? 400;
  }
}

/**
 * XE refused, failed or sent a response that cannot be used. `retryable`: a retry may help;
 * `billed`: XE may have counted the rates all the same; `status`: the HTTP status, if any;
 * `retryAt`: the instant (ISO 8601) before which XE wants no call.
 */
export class UpstreamError extends Error {
  override name = 'UpstreamError';
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
    },
  ) {
    super(message, options);
    this.retryable = options.retryable;
    this.billed = options.billed ?? false;
    this.status = options.status ?? null;
    this.retryAt = options.retryAt ?? null;
  }
}

/**
 * The broker or the schema registry is unavailable: retry with back-off. `healthCode` says what is
 * unavailable, for the service's health.
 */
export class StreamUnavailable extends Error {
  override name = 'StreamUnavailable';
  readonly healthCode: HealthCode;
  constructor(message: string, options: ErrorOptions & { healthCode?: HealthCode } = {}) {
    super(message, options);
    this.healthCode = options.healthCode ?? 'stream_unavailable';
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
