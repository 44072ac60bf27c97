import type { Logger } from '../../platform/logger.ts';
import { type XeSettings, xeClient } from '../../producer/xe-client.ts';
import { type Check, ill, look, note, well } from './check.ts';
import { clockCheck, skewOf } from './clocks.ts';

const DATE_GRAIN_MS = 1000;
const SOON_MS = 14 * 86_400_000;

/** Looks at XE, or the simulator in its place, by account_info, which costs no rates: the keys, the package, what is left, the clock. */
export function examineXe(of: {
  settings: XeSettings;
  source: 'xe' | 'simulator';
  currencies: number;
  log: Logger;
}) {
  const { settings, source, currencies, log } = of;
  const name = source === 'xe' ? 'XE' : 'XE (SIMULATED)';
  const giveUp = new AbortController();
  const examine = async (): Promise<Check[]> => {
    const asked = Date.now();
    const { seen, date } = await xeClient({ settings, log }).accountInfo(giveUp.signal);
    const skew = skewOf(Date.parse(date ?? ''), {
      asked,
      answered: Date.now(),
      grain: DATE_GRAIN_MS,
    });
    const left = seen.quota_remaining ? Number(seen.quota_remaining) : null;
    const says = `${new URL(settings.baseUrl).host}: package ${seen.package}, ${left ?? '?'} of ${seen.quota_limit ?? '?'} rates left`;
    const ends = seen.service_ends_at
      ? Date.parse(seen.service_ends_at) - Date.now()
      : Number.POSITIVE_INFINITY;
    const checks: Check[] = [];
    if (left !== null && left < currencies)
      checks.push(ill(name, says, 'a pull needs more: wait for the reset, or ask XE for more'));
    else if (ends < SOON_MS)
      checks.push(ill(name, `${says}; it ends ${seen.service_ends_at}`, 'have XE prolong it'));
    else checks.push(well(name, says));
    if (source === 'simulator')
      return [
        ...checks,
        note(
          name,
          'no XE_API_KEY is set: rates are made up, here by a simulator of the doctor’s own',
        ),
      ];
    if (seen.package?.startsWith('FREETRIAL'))
      checks.push(note(name, 'a trial, which may serve mock rates'));
    return Number.isNaN(skew.seconds) ? checks : [...checks, clockCheck('XE', skew)];
  };
  return look(name, examine, cure).finally(() => giveUp.abort());
}

function cure(error: unknown): string {
  const { status } = error as { status?: number | null };
  if (status === 401) return 'check XE_ACCOUNT_ID and XE_API_KEY (or their files)';
  if (status === 403) return 'the account may not ask this: talk to XE';
  if (status === 429) return 'wait: too much was asked';
  return 'check the way out to XE_BASE_URL: DNS, firewall (no proxy of the environment is used)';
}
