import { expect } from 'chai';
import { PROVIDERS } from '../../../app/lanes.ts';
import { PROVIDER_SETTINGS, type ProviderName } from '../../../platform/providers.ts';
import { type Differences, providerContract } from '../../support/provider-contract.ts';

/** What the contract suite leaves out, such as `{ without: ['mid-string'] }` for a CSV. */
const DIFFERENCES: Partial<Record<ProviderName, Differences>> = {};

describe('the list of providers', () => {
  it('has the settings of each', () => {
    expect(Object.values(PROVIDERS).map(({ name }) => name)).to.deep.equal(
      Object.keys(PROVIDER_SETTINGS),
    );
  });
});

for (const name of Object.keys(PROVIDERS) as ProviderName[])
  providerContract(name, DIFFERENCES[name]);
