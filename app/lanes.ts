import { type Account, accountOf } from '../ledger/credentials.ts';
import type { ProviderAccount } from '../ledger/status.ts';
import type { Config } from '../platform/config.ts';
import { type ProviderConfig, type ProviderName, providersOf } from '../platform/providers.ts';
import { openexchangerates } from '../producer/providers/openexchangerates/client.ts';
import type { ProviderEntry } from '../producer/providers/port.ts';
import { xe } from '../producer/providers/xe/client.ts';

/** Every provider that PROVIDERS may name. */
export const PROVIDERS: Readonly<Record<ProviderName, ProviderEntry>> = { xe, openexchangerates };

/** A provider of PROVIDERS: its settings, its account in the ledger, and how it is opened. */
export interface ProviderLane {
  readonly settings: ProviderConfig;
  readonly account: Account;
  readonly entry: ProviderEntry;
  /** How people name the source of its rates. */
  readonly title: string;
}

/** The providers of PROVIDERS, the first first. */
export function lanesOf(config: Config): readonly ProviderLane[] {
  return providersOf(config).map((settings, n) => {
    const entry = PROVIDERS[settings.name];
    const simulated = n === 0 ? 'Simulator' : `Simulator of ${entry.title}`;
    const title = settings.credentials === null ? simulated : entry.title;
    return { settings, account: accountOf(settings), entry, title };
  });
}

/** What the ledger says of each provider is read by these. */
export function accountsOf(config: Config): readonly ProviderAccount[] {
  return lanesOf(config).map(({ account, title, entry: { bills }, settings }) => ({
    ...{ ...account, title, bills, dailyBudget: settings.dailyBudget },
  }));
}

/** What freshness, metrics and the API read the ledger by. */
export function ledgerSettings(config: Config) {
  return {
    ...firstLane(config).account,
    providers: accountsOf(config),
    currencies: config.CURRENCIES,
    schedule: { cron: config.SCHEDULE, zone: config.SCHEDULE_TZ },
  };
}

/** The first provider, which runs the slots. */
export function firstLane(config: Config): ProviderLane {
  return lanesOf(config)[0] as ProviderLane;
}
