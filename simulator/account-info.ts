import type { Endpoint } from './answer.ts';
import type { Quota } from './quota.ts';
import { timestampText } from './timestamp.ts';

/** Since when the simulated service runs and the list of currencies stands. */
export const SERVICE_STARTS = new Date('2026-01-01T00:00:00Z');

/** `account_info`: the package and what is left of it. The package's name says that nothing here is real. */
export function accountInfo(quota: Quota): Endpoint {
  return ({ mode }) => ({
    body: {
      id: '00000000-0000-4000-8000-000000000000',
      organization: 'XE API simulator',
      package: `SIMULATOR_${mode.toUpperCase()}_NO_REAL_DATA`,
      service_start_timestamp: timestampText(SERVICE_STARTS),
      service_end_timestamp: '2099-12-31T00:00:00Z',
      package_limit: quota.limit,
      package_limit_remaining: quota.remaining(),
      package_limit_duration: '1 month',
      package_limit_reset: timestampText(quota.resetsAt()),
    },
    rates: 0,
  });
}
