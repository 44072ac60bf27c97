import { expect } from 'chai';
import { PROVIDER_SETTINGS } from '../../../platform/providers.ts';
import { PROVIDERS } from '../../../producer/providers/list.ts';
import { providerContract } from '../../support/provider-contract.ts';

describe('the list of providers', () => {
  it('has the settings of each', () => {
    expect(PROVIDERS.map(({ name }) => name)).to.deep.equal(Object.keys(PROVIDER_SETTINGS));
  });
});

for (const { name } of PROVIDERS) providerContract(name);
