import type { ProviderLane } from '../../app/lanes.ts';
import type { Logger } from '../../platform/logger.ts';
import {
  CREDENTIAL_NAMES,
  PROVIDER_SETTINGS,
  type ProviderName,
} from '../../platform/providers.ts';
import { type Check, examine, note, ok, problem } from './check.ts';
import { checkClock, measureSkew } from './clocks.ts';

/** The Date header has no fractions. */
const DATE_GRAIN_MS = 1000;
const ENDS_SOON_MS = 14 * 86_400_000;
const SIMULATOR_MS = 2000;

const credentialNames = (name: ProviderName) => PROVIDER_SETTINGS[name].credentials.join(' and ');

interface ExamineProvider {
  lane: ProviderLane;
  currencies: number;
  log: Logger;
}

/** Examines a provider by its account, which is free: credentials, package, quota and clock. */
export function examineProvider({ lane, currencies, log }: ExamineProvider): Promise<Check[]> {
  const abort = new AbortController();
  const { entry, settings } = lane;
  const { title } = entry;
  const credentials = settings.credentials ?? [];
  const work = async (): Promise<Check[]> => {
    const sent = Date.now();
    const { seen, date } = await entry
      .open({ ...settings, credentials, log })
      .fetchAccount(abort.signal);
    const received = Date.now();
    const skew = measureSkew(Date.parse(date ?? ''), { sent, received, grain: DATE_GRAIN_MS });
    const checks = [checkAccount(lane, seen, currencies)];
    if (seen.package?.startsWith('FREETRIAL'))
      checks.push(note(title, 'a trial package, which may serve mock rates'));
    if (!Number.isNaN(skew.seconds)) checks.push(checkClock(title, skew));
    return checks;
  };
  return examine(title, work, (err) => explainFailure(lane, err)).finally(() => abort.abort());
}

type Account = Awaited<
  ReturnType<ReturnType<ProviderLane['entry']['open']>['fetchAccount']>
>['seen'];

function checkAccount(lane: ProviderLane, account: Account, currencies: number): Check {
  const { title, bills } = lane.entry;
  const { host } = new URL(lane.settings.baseUrl);
  const price = bills === 'calls' ? 1 : currencies;
  const left = account.quota_remaining ? Number(account.quota_remaining) : null;
  const detail =
    `${host}: package ${account.package}, ` +
    `${left ?? '?'} of ${account.quota_limit ?? '?'} ${bills} left`;
  if (left !== null && left < price)
    return problem(title, {
      code: 'quota_spent',
      detail: `${detail}; a run needs ${price}`,
      fix: `wait for the reset, or ask ${title} for more`,
      retryAt: account.quota_resets_at ?? null,
    });
  const end = account.service_ends_at;
  if (end && Date.parse(end) - Date.now() < ENDS_SOON_MS)
    return problem(title, {
      code: 'package_ends',
      severity: 'degraded',
      detail: `${detail}; the package ends ${end}`,
      fix: `ask ${title} to prolong it`,
    });
  return ok(title, detail);
}

function explainFailure(
  { entry, settings }: ProviderLane,
  err: unknown,
): { code: string; fix: string } {
  const { status } = err as { status?: number | null };
  if (status === 401)
    return {
      code: 'provider_refused',
      fix: `check ${credentialNames(settings.name)} (or their files)`,
    };
  if (status === 403)
    return {
      code: 'provider_refused',
      fix: `the account is not allowed to do this: talk to ${entry.title}`,
    };
  if (status === 429)
    return { code: 'provider_refused', fix: 'too many requests: wait for the reset' };
  if (status)
    return { code: 'provider_unavailable', fix: 'none needed: the producer retries by itself' };
  return {
    code: 'provider_unavailable',
    fix:
      `check ${PROVIDER_SETTINGS[settings.name].baseUrl} and the way to it: DNS, firewall ` +
      '(proxy variables are not used)',
  };
}

/**
 * Examines the simulator of the running producer: reachable, and which fault it plays. `url` is
 * null while no producer runs one.
 */
export function examineSimulator(url: string | null): Promise<Check[]> {
  const name = 'providers (SIMULATED)';
  const simulated = note(name, `rates are simulated until you set ${CREDENTIAL_NAMES}`);
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
    code: 'provider_unavailable',
    fix: 'the simulator is reachable only on the host of the producer: run the doctor there',
  }));
}
