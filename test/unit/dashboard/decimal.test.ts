import { expect } from 'chai';
// @ts-expect-error: the dashboard has a tsconfig of its own
import { computePercentChange } from '../../../dashboard/data/decimal.js';

describe('a change in percent', () => {
  it('has a sign, but none where it rounds to nothing', () => {
    const changes = ['129.5', '129.00129', '129', '128.99999', '128.5', '258'].map((now) =>
      computePercentChange(now, '129'),
    );
    expect(changes).to.deep.equal(['+0.39', '0.00', '0.00', '0.00', '-0.39', '+100.00']);
    expect(computePercentChange('1', '0')).to.equal(null);
  });
});
