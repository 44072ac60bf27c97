import { CannotStart, StreamUnavailable, UpstreamError } from './errors.ts';
import { classify } from './faults.ts';

/** Stable codes, published by `/readyz`, `status --json` and metrics: only add. */
export type HealthCode =
  | 'starting'
  | 'postgres_unavailable'
  | 'disk_full'
  | 'stream_unavailable'
  | 'stream_refused'
  | 'registry_unavailable'
  | 'registry_not_set'
  | 'schema_incompatible'
  | 'codec_unreadable'
  | 'log_gap'
  | 'provider_unavailable'
  | 'provider_refused'
  | 'budget_spent'
  | 'events_not_stored'
  | 'no_newer_rate'
  | 'rates_hidden'
  | 'bug';

/** What is wrong, as a sentence for an operator and as a code; both are null when nothing is. */
export interface Trouble {
  readonly trouble: string | null;
  readonly code: HealthCode | null;
}

/** How a service is doing, with details such as its lag. */
export interface ServiceHealth extends Trouble {
  readonly [detail: string]: unknown;
}

export const HEALTHY: Trouble = { trouble: null, code: null };

/** Describes a failure for health and logs: which dependency it is about, and what to do. */
export function troubleOf(err: unknown): { trouble: string; code: HealthCode } {
  const code = healthCode(err);
  const { message, code: cause } = err as { message?: string; code?: string };
  const reason = message || cause || String(err);
  if (code === 'disk_full')
    return {
      code,
      trouble:
        err instanceof CannotStart
          ? reason
          : `the disk of the Postgres server is full (${reason}): free space on it`,
    };
  if (code === 'postgres_unavailable')
    return { code, trouble: `Postgres is unavailable: ${reason}` };
  return { code, trouble: reason };
}

/** The same of a failure on the way to or from the stream. */
export function streamTroubleOf(err: unknown): { trouble: string; code: HealthCode } {
  const { trouble, code } = troubleOf(err);
  return { trouble: `stream: ${trouble}`, code };
}

function healthCode(err: unknown): HealthCode {
  if (err instanceof StreamUnavailable) return err.healthCode;
  if (err instanceof UpstreamError)
    return err.retryable ? 'provider_unavailable' : 'provider_refused';
  if ((err as { code?: unknown }).code === '53100') return 'disk_full';
  return classify(err) === 'outage' ? 'postgres_unavailable' : 'bug';
}
