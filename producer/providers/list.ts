import { openexchangerates } from './openexchangerates/client.ts';
import type { ProviderEntry } from './port.ts';
import { xe } from './xe/client.ts';

/** Every provider that PROVIDERS may name. */
export const PROVIDERS: readonly ProviderEntry[] = [xe, openexchangerates];

/** The provider of a name. */
export function providerOf(name: string): ProviderEntry {
  const found = PROVIDERS.find((provider) => provider.name === name);
  if (!found) throw new Error(`there is no provider ${name}`);
  return found;
}
