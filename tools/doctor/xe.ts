import type { Logger } from '../../platform/logger.ts';
import { openXe, type XeSettings } from '../../producer/providers/xe/client.ts';
import { type Check, examine, note, ok, problem } from './check.ts';
import { checkClock, measureSkew } from './clocks.ts';

/** The Date header has no fractions. */
const DATE_GRAIN_MS = 1000;
const ENDS_SOON_MS = 14 * 86_400_000;
const SIMULATOR_MS = 2000;

interface ExamineXe {
  settings: XeSettings;
  currencies: number;
  log: Logger;
}

/** Examines XE by account_info, which costs no rates: credentials, package, quota and clock. */
export function examineXe({ settings, currencies, log }: ExamineXe): Promise<Check[]> {
  const abort = new AbortController();
  const work = async (): Promise<Check[]> => {
    const sent = Date.now();
    const { seen, date } = await openXe({ settings, log }).fetchAccount(abort.signal);
    const received = Date.now();
    const skew = measureSkew(Date.parse(date ?? ''), { sent, received, grain: DATE_GRAIN_MS });
    const host = new URL(settings.baseUrl).host;
    const checks = [checkAccount(host, seen, currencies)];
    if (seen.package?.startsWith('FREETRIAL'))
      checks.push(note('XE', 'a trial package, which may serve mock rates'));
    if (!Number.isNaN(skew.seconds)) checks.push(checkClock('XE', skew));
    return checks;
  };
  return examine('XE', work, explainXe).finally(() => abort.abort());
}

type Account = Awaited<ReturnType<ReturnType<typeof openXe>['fetchAccount']>>['seen'];

function checkAccount(host: string, account: Account, currencies: number): Check {
  const left = account.quota_remaining ? Number(account.quota_remaining) : null;
  const detail =
    `${host}: package ${account.package}, ` +
    `${left ?? '?'} of ${account.quota_limit ?? '?'} rates left`;
  if (left !== null && left < currencies)
    return problem('XE', {
      code: 'quota_spent',
      detail: `${detail}; a run needs ${currencies}`,
      fix: 'wait for the reset, or ask XE for more',
      retryAt: account.quota_resets_at ?? null,
    });
  const end = account.service_ends_at;
  if (end && Date.parse(end) - Date.now() < ENDS_SOON_MS)
    return problem('XE', {
      code: 'package_ends',
      severity: 'degraded',
      detail: `${detail}; the package ends ${end}`,
      fix: 'ask XE to prolong it',
    });
  return ok('XE', detail);
}

function explainXe(err: unknown): { code: string; fix: string } {
  const { status } = err as { status?: number | null };
  if (status === 401)
    return { code: 'xe_refused', fix: 'check XE_ACCOUNT_ID and XE_API_KEY (or their files)' };
  if (status === 403)
    return { code: 'xe_refused', fix: 'the account is not allowed to do this: talk to XE' };
  if (status === 429) return { code: 'xe_refused', fix: 'too many requests: wait for the reset' };
  if (status) return { code: 'xe_unavailable', fix: 'none needed: the producer retries by itself' };
  return {
    code: 'xe_unavailable',
    fix: 'check the way to XE_BASE_URL: DNS, firewall (proxy variables are not used)',
  };
}

/**
 * Examines the simulator of the running producer: reachable, and which fault it plays. `url` is
 * null while no producer runs one.
 */
export function examineSimulator(url: string | null): Promise<Check[]> {
  const name = 'XE (SIMULATED)';
  const simulated = note(name, 'XE_API_KEY is not set: rates are simulated');
  if (!url)
    return Promise.resolve([
      simulated,
      note(name, 'not examined: the simulator runs inside the producer'),
    ]);
  const work = async (): Promise<Check[]> => {
    const response = await fetch(new URL('/simulator/fault', url), {
      signal: AbortSignal.timeout(SIMULATOR_MS),
    });
    const { fault } = (await response.json()) as { fault: string };
    const { host } = new URL(url);
    if (fault === 'none') return [ok(name, `${host} answers, no fault is switched on`), simulated];
    return [
      problem(name, {
        code: 'simulated_fault',
        severity: 'degraded',
        detail: `${host} plays the fault ${fault}`,
        fix: 'switch it off: npm run simulator -- fault none',
      }),
      simulated,
    ];
  };
  return examine(name, work, () => ({
    code: 'xe_unavailable',
    fix: 'the simulator is reachable only on the host of the producer: run the doctor there',
  }));
}
