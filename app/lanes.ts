import { type Account, accountOf } from '../ledger/credentials.ts';
import type { Config } from '../platform/config.ts';
import { type ProviderConfig, providersOf } from '../platform/providers.ts';
import { providerOf } from '../producer/providers/list.ts';
import type { ProviderEntry } from '../producer/providers/port.ts';

/** A provider of PROVIDERS: its settings, its account in the ledger, and how it is opened. */
export interface ProviderLane {
  readonly settings: ProviderConfig;
  readonly account: Account;
  readonly entry: ProviderEntry;
}

/** The providers of PROVIDERS, the first first. */
export function lanesOf(config: Config): readonly ProviderLane[] {
  return providersOf(config).map((settings) => ({
    settings,
    account: accountOf(settings),
    entry: providerOf(settings.name),
  }));
}

/** The first provider, which runs the slots. */
export function firstLane(config: Config): ProviderLane {
  return lanesOf(config)[0] as ProviderLane;
}
