import { parse } from 'lossless-json';
import type { QuotaSeen } from '../../../ledger/quota.ts';
import { UpstreamError } from '../../../platform/errors.ts';
import { whole } from '../checks.ts';

type Headers = Readonly<Record<string, unknown>>;

const NAMES = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'X-RateRequest-Limit',
  'X-RateRequest-Remaining',
  'X-RateRequest-Reset',
];

/** XE's quota headers as they came, under the names that XE's documentation uses. */
export function quotaHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = headers[name.toLowerCase()];
      return typeof value === 'string' && value.length <= 40 ? [[name, value]] : [];
    }),
  );
}

/**
 * What the headers say: X-RateRequest is the package, X-RateLimit a shorter window of use; Reset is
 * Unix time.
 */
export function quotaOfHeaders(headers: Readonly<Record<string, string>>): QuotaSeen {
  return {
    quota_limit: whole(headers['X-RateRequest-Limit']),
    quota_remaining: whole(headers['X-RateRequest-Remaining']),
    quota_resets_at: instantOfUnix(headers['X-RateRequest-Reset']),
    window_limit: whole(headers['X-RateLimit-Limit']),
    window_remaining: whole(headers['X-RateLimit-Remaining']),
    window_resets_at: instantOfUnix(headers['X-RateLimit-Reset']),
  };
}

/**
 * Reads account_info. XE's sources spell the reset in two ways; both are read. Throws
 * `UpstreamError` when it is no such answer.
 */
export function readAccountInfo(text: string): QuotaSeen {
  let body: unknown;
  try {
    body = parse(text);
  } catch (cause) {
    throw new UpstreamError('XE: expected account_info as JSON', { retryable: false, cause });
  }
  const info = (body ?? {}) as Record<string, unknown>;
  if (typeof info['package'] !== 'string')
    throw new UpstreamError('XE: expected a package in account_info', { retryable: false });
  return {
    package: info['package'].slice(0, 200),
    service_ends_at: instant(info['service_end_timestamp']),
    quota_limit: whole(info['package_limit']),
    quota_remaining: whole(info['package_limit_remaining']),
    quota_resets_at: instant(info['package_limit_reset'] ?? info['package-limit_reset']),
  };
}

/**
 * When XE wants to be asked again: Retry-After in seconds or as a date, else the Reset of what is
 * used up; null when it does not say.
 */
export function retryAt(headers: Headers, now: string): string | null {
  const after = String(headers['retry-after'] ?? '');
  if (/^\d{1,9}$/.test(after))
    return new Date(Date.parse(now) + Number(after) * 1000).toISOString();
  if (after && !Number.isNaN(Date.parse(after))) return new Date(after).toISOString();
  const { quota_remaining, quota_resets_at, window_resets_at } = quotaOfHeaders(
    quotaHeaders(headers),
  );
  return (
    (quota_remaining === '0' ? quota_resets_at : null) ??
    window_resets_at ??
    quota_resets_at ??
    null
  );
}

function instant(value: unknown): string | null {
  const millis = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(millis) ? null : new Date(millis).toISOString();
}

function instantOfUnix(value: unknown): string | null {
  const seconds = whole(value);
  return seconds === null || seconds.length > 11
    ? null
    : new Date(Number(seconds) * 1000).toISOString();
}
