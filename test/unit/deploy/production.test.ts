import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfig, SECRET_NAMES } from '../../../platform/config.ts';
import {
  environmentOf,
  mergeService,
  NO_ENV_FILE,
  ourServices,
  production,
  readProjectFile,
  type Service,
  serviceNamed,
  services,
} from '../../support/compose-files.ts';

/** What `rpk redpanda start` makes of a container's command, as far as durability goes. */
interface ResolvedBroker {
  developerMode: boolean;
  bypassFsync: string;
  writeCaching: string;
  autoCreateTopics: string;
}

/**
 * rpk reads the node configuration before its flags. The image's configuration has
 * `developer_mode: true`, and so has `--mode=dev-container`: either brings the development bundle.
 * Explicit flags then override single values; `--set redpanda.developer_mode` comes too late.
 */
function resolveBroker({ entrypoint = [], command = [] }: Service): ResolvedBroker {
  const line = [...entrypoint, ...command].join(' ');
  const [before = '', flags = ''] = line.split(/redpanda start\b/);
  const isProduction =
    /rpk redpanda config set redpanda\.developer_mode false\s+&&/.test(before) ||
    /rpk redpanda mode production\s+&&/.test(before);
  const mode = /--mode[= ](\S+)/.exec(flags)?.[1];
  expect(mode, 'the only mode that rpk starts in').to.be.oneOf([undefined, 'dev-container']);
  const developerMode = mode !== undefined || !isProduction;
  const flag = (pattern: RegExp) => pattern.exec(flags)?.[1];
  // rpk ignores `--set=…`: the value must be an argument of its own.
  const setting = (name: string) => flag(new RegExp(`--set redpanda\\.${name}=(\\S+)`));
  return {
    developerMode,
    bypassFsync: flag(/--unsafe-bypass-fsync=(\S+)/) ?? String(developerMode),
    writeCaching: setting('write_caching_default') ?? String(developerMode),
    autoCreateTopics: setting('auto_create_topics_enabled') ?? String(developerMode),
  };
}

describe('the broker that Compose starts', () => {
  const DURABLE = { bypassFsync: 'false', writeCaching: 'disabled', autoCreateTopics: 'false' };

  it('has an acknowledged event on disk, in development too', () => {
    expect(resolveBroker(serviceNamed('redpanda'))).to.deep.equal({
      ...DURABLE,
      developerMode: true,
    });
  });

  it('leaves the development mode before it starts in production', () => {
    expect(resolveBroker(mergeService('redpanda'))).to.deep.equal({
      ...DURABLE,
      developerMode: false,
    });
  });

  it('would be found out with a setting that comes too late', () => {
    const command = ['redpanda', 'start', '--set', 'redpanda.developer_mode=false'];
    expect(resolveBroker({ image: '', command })).to.include({
      bypassFsync: 'true',
      writeCaching: 'true',
    });
  });

  it('keeps its addresses in production', () => {
    const addresses = ({ command = [] }: Service) =>
      command.join(' ').match(/--[a-z-]*addr=\S+/g) ?? [];
    expect(addresses(mergeService('redpanda')))
      .to.deep.equal(addresses(serviceNamed('redpanda')))
      .and.have.length(5);
  });
});

describe('deploy/production.yaml', () => {
  const declared = production.secrets ?? {};
  const files = new Map<string, string>();
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'fx-secrets-'));
    for (const [n, name] of Object.keys(declared).entries()) {
      files.set(`/run/secrets/${name}`, join(dir, name));
      writeFileSync(join(dir, name), `${name}-${n}-${'x'.repeat(32)}\n`);
    }
  });
  after(() => rmSync(dir, { recursive: true }));

  it('changes existing services, and takes every secret from a file that git ignores', () => {
    expect(Object.keys(services)).to.include.members(Object.keys(production.services));
    const paths = Object.values(declared).map(({ file }) => file);
    expect(paths.filter((file) => !file.startsWith('./secrets/'))).to.deep.equal([]);
    expect(readProjectFile('.gitignore').split('\n')).to.include('secrets/');
  });

  it('keeps the protections of the containers', () => {
    for (const [name] of ourServices)
      expect(mergeService(name), name).to.include({ read_only: true, pull_policy: 'never' });
  });

  for (const [name] of ourServices) {
    it(`gives ${name} its secrets as files, and none by value`, () => {
      const { secrets = [] } = production.services[name] ?? expect.fail(`${name} is not changed`);
      const merged = environmentOf(mergeService(name));
      // A URL is a secret for the password that it may hold.
      for (const secret of SECRET_NAMES)
        if (secret.endsWith('_URL')) expect(merged[secret] ?? '', secret).to.not.match(/:[^/@]+@/);
        else expect(merged[secret] ?? '', secret).to.equal('');
      const named = Object.entries(merged).filter(([variable]) => variable.endsWith('_FILE'));
      expect(named.map(([, file]) => file.replace('/run/secrets/', ''))).to.have.members(secrets);
      const here = Object.fromEntries(
        named.map(([variable, file]) => [variable, files.get(file) ?? expect.fail(file)]),
      );
      const config = readConfig({ ...merged, ...here }, NO_ENV_FILE);
      const { username, password } = new URL(config.DATABASE_URL ?? '');
      const role = { migrate: 'fx_rates', api: 'fx_rates_read' }[name] ?? 'fx_rates_write';
      const secret = role.replace('fx_rates', 'database').concat('_password-');
      expect([username, password.slice(0, secret.length)]).to.deep.equal([role, secret]);
      if (['api', 'producer'].includes(name)) expect(config.source).to.equal('xe');
      if (name === 'api') expect(config.API_TOKEN).to.match(/^api_token-/);
    });
  }
});
