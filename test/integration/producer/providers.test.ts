import { expect } from 'chai';
import { PROVIDER_SETTINGS, type ProviderName } from '../../../platform/providers.ts';
import { PROVIDERS } from '../../../producer/providers/list.ts';
import { type Differences, providerContract } from '../../support/provider-contract.ts';

/** What the contract suite leaves out, such as `{ without: ['mid-string'] }` for a CSV. */
const DIFFERENCES: Partial<Record<ProviderName, Differences>> = {};

describe('the list of providers', () => {
  it('has the settings of each', () => {
    expect(PROVIDERS.map(({ name }) => name)).to.deep.equal(Object.keys(PROVIDER_SETTINGS));
  });
});

for (const name of PROVIDERS.map((entry) => entry.name as ProviderName))
  providerContract(name, DIFFERENCES[name]);
