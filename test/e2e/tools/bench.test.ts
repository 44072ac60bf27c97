import { expect } from 'chai';
import { formatTable, judge } from '../../../tools/bench/table.ts';
import { command } from '../../support/process.ts';

describe('npm run bench', function () {
  this.timeout(60_000);

  it('prints for each case its figures, its bounds and whether they held', async () => {
    const bench = command('bench', {}, ['--quick', '--json', '--quiet', '--case', 'loan-book']);
    expect(await bench.exited, bench.output()).to.equal(0);
    const { quick, cases } = JSON.parse(bench.output());
    expect(quick).to.equal(true);
    expect(cases).to.have.length(1);
    expect(cases[0]).to.have.all.keys('name', 'about', 'figures', 'must', 'holds', 'runs');
    expect(cases[0].figures.small_rows).to.be.greaterThan(10_000);
    expect(cases[0].holds).to.equal(Object.values(cases[0].must).every(Boolean));
  });

  const [fast, slow] = [{ figures: { ours: 9, theirs: 10 } }, { figures: { ours: 7, theirs: 10 } }];
  const bounds = [{ figure: 'ours', beside: 'theirs', atLeast: 0.8 }];

  it('judges a figure beside its peer in every run, and names a missed bound', async () => {
    const good = judge({ name: 'good', about: '' }, [{ ...fast, bounds }]);
    expect(good).to.deep.include({ must: { 'ours ≥ 0.8 times theirs': true }, holds: true });
    const bad = judge({ name: 'bad', about: '' }, [
      { ...fast, bounds },
      { ...slow, bounds },
      { ...fast, bounds },
    ]);
    expect(bad.holds).to.equal(false);
    const table = (await formatTable([good, bad])).split('\n');
    expect(table.find((line) => line.startsWith('good'))).to.match(
      /ours 9 +theirs 10 +0.9 +≥ 0.8 +holds$/,
    );
    expect(table.find((line) => line.startsWith('bad'))).to.match(
      /ours 9 +theirs 10 +0.9 0.7 0.9 +≥ 0.8 +MISSED$/,
    );
  });

  it('does not hold when a case failed or a bounded figure is missing', () => {
    expect(judge({ name: 'gone', about: '' }, [], 'no Java').holds).to.equal(false);
    expect(() =>
      judge({ name: 'odd', about: '' }, [{ ...fast, bounds: [{ figure: 'other', atMost: 1 }] }]),
    ).to.throw('other');
  });

  it('refuses a case that there is not, with 2', async () => {
    expect(await command('bench', {}, ['--case', 'nothing']).exited).to.equal(2);
  });
});
