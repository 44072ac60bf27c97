import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect } from 'chai';
import { readConfig, SECRET_NAMES, SETTING_NAMES } from '../../../platform/config.ts';
import { NO_ENV_FILE, readProjectFile } from '../../support/compose-files.ts';
import { PROJECT } from '../../support/documents.ts';
import { isInstalled, skipWithout } from '../../support/requirements.ts';

const FOLDER = 'deploy/systemd';
const files = readdirSync(join(PROJECT, FOLDER));
const units = files.filter((file) => file.endsWith('.service'));
const services = units.filter((file) => file !== 'fx-rates-migrate.service');
const { scripts } = JSON.parse(readProjectFile('package.json')) as {
  scripts: Record<string, string>;
};

/** The values of a unit file by key; a key may occur more than once. */
function readUnit(file: string): (key: string) => string[] {
  const lines = readProjectFile(`${FOLDER}/${file}`).split('\n');
  return (key) =>
    lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
}

describe('the scripts of package.json', () => {
  it('begin with a program: other shells lack builtins such as exec', () => {
    const programs = new Set(Object.values(scripts).map((script) => script.split(' ')[0]));
    expect([...programs]).to.have.members([
      'node',
      'mocha',
      'c8',
      'biome',
      'tsc',
      'knip',
      'npm',
      'git',
    ]);
  });
});

describe('the systemd units', () => {
  it('are those of the producer, the consumer, the API and the migrations', () => {
    expect(units).to.have.members([
      ...['fx-rates-api.service', 'fx-rates-consumer@.service', 'fx-rates-migrate.service'],
      'fx-rates-producer@.service',
    ]);
  });

  for (const file of units)
    it(`start what npm would start, as a user of its own: ${file}`, () => {
      const unit = readUnit(file);
      const known = Object.values(scripts);
      const started = unit('ExecStart').map((line) => line.replace('/usr/bin/', ''));
      expect(started).to.not.be.empty;
      expect(known).to.include.members(started);
      expect(unit('User')).to.deep.equal(['fx-rates']);
      expect(unit('WorkingDirectory')).to.deep.equal(['/opt/fx-rates']);
    });

  for (const file of services)
    it(`restart after a crash, not after a wrong setting, and leave time to close: ${file}`, () => {
      const unit = readUnit(file);
      expect(unit('Restart')).to.deep.equal(['always']);
      expect(unit('RestartPreventExitStatus')).to.deep.equal(['2']);
      expect(Number(unit('TimeoutStopSec')[0])).to.be.at.least(10);
      expect(unit('After')[0]).to.contain('fx-rates-migrate.service');
    });

  it('are started by the target: two producers, three consumers and the API', () => {
    const wanted = readUnit('fx-rates.target')('Wants').flatMap((line) => line.split(' '));
    expect(wanted).to.deep.equal([
      ...['fx-rates-producer@1.service', 'fx-rates-producer@2.service'],
      ...[1, 2, 3].map((n) => `fx-rates-consumer@${n}.service`),
      'fx-rates-api.service',
    ]);
  });

  it('have an example of their settings that is valid and holds no secret', () => {
    const example = parseEnv(readProjectFile(`${FOLDER}/fx-rates.env`));
    const known = [...SETTING_NAMES, ...SECRET_NAMES.map((name) => `${name}_FILE`), 'NODE_ENV'];
    expect(known).to.include.members(Object.keys(example));
    const withoutFiles = Object.entries(example).filter(([name]) => !name.endsWith('_FILE'));
    expect(readConfig(Object.fromEntries(withoutFiles), NO_ENV_FILE)).to.include({
      TOPIC_REPLICATION: 3,
      TRUST_PROXY: 1,
    });
    expect(Object.keys(example)).to.include('XE_API_KEY_FILE').and.not.include('XE_API_KEY');
  });

  it('are valid by systemd’s own tool', function () {
    this.timeout(30_000);
    const tool = 'systemd-analyze';
    skipWithout(this, 'the systemd units', isInstalled(tool) ? null : `no ${tool} (systemd)`);
    const dir = mkdtempSync(join(tmpdir(), 'fx-units-'));
    for (const file of files) copyFileSync(join(PROJECT, FOLDER, file), join(dir, file));
    const verify = () =>
      execFileSync(tool, ['verify', '--recursive-errors=no', join(dir, 'fx-rates.target')], {
        stdio: 'pipe',
        env: { ...process.env, SYSTEMD_UNIT_PATH: `${dir}:` },
      });
    expect(verify).to.not.throw();
    rmSync(dir, { recursive: true });
  });
});
