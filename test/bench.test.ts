import { expect } from 'chai';
import { command } from './support/process.ts';

describe('npm run bench', function () {
  this.timeout(60_000);

  it('prints for each case its figures, its bounds and whether they held', async () => {
    const bench = command('bench', {}, ['--quick', '--json', '--quiet', '--case', 'loan-book']);
    expect(await bench.exited, bench.output()).to.equal(0);
    const { quick, cases } = JSON.parse(bench.output());
    expect(quick).to.equal(true);
    expect(cases).to.have.length(1);
    expect(cases[0]).to.have.all.keys('name', 'about', 'figures', 'must', 'holds');
    expect(cases[0].figures.rows).to.be.greaterThan(10_000);
    expect(cases[0].holds).to.equal(Object.values(cases[0].must).every(Boolean));
  });

  it('refuses a case that there is not, with 2', async () => {
    expect(await command('bench', {}, ['--case', 'nothing']).exited).to.equal(2);
  });
});
