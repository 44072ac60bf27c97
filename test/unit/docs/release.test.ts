import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { PROJECT } from '../../support/documents.ts';

const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');

interface Job {
  steps: { run?: string }[];
}
interface Workflow {
  jobs: { all: Job; node: Job & { strategy: { matrix: { node: number[] } } } };
}

describe('a release', () => {
  const { version, license, engines, resolutions } = JSON.parse(read('package.json'));

  it('has one version: in the package, its lockfile, and as the newest of the changes', () => {
    const lock = JSON.parse(read('package-lock.json'));
    const [, newest] = /^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$/m.exec(read('CHANGELOG.md')) ?? [];
    expect([lock.version, lock.packages[''].version, newest]).to.deep.equal([
      version,
      version,
      version,
    ]);
  });

  it('is under the licence that it names', () => {
    expect([license, read('LICENSE').split('\n')[0]]).to.deep.equal(['MIT', 'MIT License']);
  });

  it('installs with pnpm and yarn, which know nothing of our lockfile', () => {
    const { packages } = JSON.parse(read('package-lock.json'));
    const locked = Object.keys(resolutions).map((name) => [
      name,
      packages[`node_modules/${name}`].version,
    ]);
    expect(resolutions).to.deep.equal(Object.fromEntries(locked));
    expect(read('.npmrc'), 'one new release would refuse the whole install').to.not.match(/engine/);
    expect(read('.yarnrc.yml')).to.equal('nodeLinker: node-modules\n');
  });

  it('shows its licence and the Node that it needs as badges', () => {
    expect(read('docs/images/licence.svg')).to.contain(`licence: ${license}`);
    expect(read('docs/images/node.svg')).to.contain(
      `node: ${engines.node.replace(/^>=(\d+\.\d+).*/, '≥ $1')}`,
    );
  });

  it('is checked by the forge as by .ci/run, on every supported Node', () => {
    const { jobs } = load(read('.github/workflows/ci.yml')) as Workflow;
    const commands = (job: Job) => job.steps.flatMap(({ run }) => run ?? []);
    expect(commands(jobs.all)).to.include('.ci/run');
    expect(commands(jobs.node)).to.include.members(['npm ci', 'npm test']);
    expect(jobs.node.strategy.matrix.node).to.deep.equal([20, 22, 24]);
    expect(engines.node).to.match(/^>=20\./);
  });
});
