import { type Account, accountOf } from '../ledger/credentials.ts';
import type { Config } from '../platform/config.ts';
import { type ProviderConfig, providersOf } from '../platform/providers.ts';
import { openexchangerates } from '../producer/providers/openexchangerates/client.ts';
import type { ProviderEntry } from '../producer/providers/port.ts';
import { xe } from '../producer/providers/xe/client.ts';

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

/** Every provider that PROVIDERS may name. */
export const PROVIDERS: readonly ProviderEntry[] = [xe, openexchangerates];

/** The provider of a name. */
export function providerOf(name: string): ProviderEntry {
  const found = PROVIDERS.find((provider) => provider.name === name);
  if (!found) throw new Error(`there is no provider ${name}`);
  return found;
}
