import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SECRET_NAMES, SETTING_NAMES } from '../../../platform/config.ts';
import {
  configOf,
  environmentOf,
  imageHealthCheck,
  otherServices,
  ourServices,
  readProjectFile,
  readYaml,
  type Service,
  serviceNamed,
  services,
} from '../../support/compose-files.ts';
import { PROJECT } from '../../support/documents.ts';

const composeText = readProjectFile('docker-compose.yaml');
const productionText = readProjectFile('deploy/production.yaml');
const dependencies = Object.entries(services).flatMap(([name, one]) =>
  Object.entries(one.depends_on ?? {}).map(([on, { condition }]) => ({ name, on, condition })),
);
const oneShots = new Set(
  dependencies.filter((d) => d.condition === 'service_completed_successfully').map((d) => d.on),
);
const longRunning = Object.entries(services).filter(([name]) => !oneShots.has(name));
/** The check of the image, where the service has none of its own. */
const checkOf = (one: Service): string[] =>
  one.healthcheck?.test ?? (ourServices.some(([, our]) => our === one) ? imageHealthCheck : []);

describe('docker-compose.yaml', () => {
  it('runs all services from one image that it builds once', () => {
    expect(ourServices.map(([name]) => name)).to.have.members([
      'migrate',
      'topics',
      'producer',
      'consumer',
      'api',
    ]);
    expect(Object.values(services).filter(({ build }) => build)).to.have.length(1);
  });

  it('needs no .env: every variable has a default', () => {
    const taken = `${composeText}${productionText}`.match(/\$\{?[A-Za-z_][^}\s]*\}?/g) ?? [];
    expect(taken).to.not.be.empty;
    expect(taken.filter((reference) => !/^\$\{\w+:-[^}]*\}$/.test(reference))).to.deep.equal([]);
  });

  it('publishes every port on this machine only', () => {
    const ports = Object.values(services).flatMap((one) => one.ports ?? []);
    expect(ports).to.not.be.empty;
    expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).to.deep.equal([]);
  });

  it('publishes no port twice', () => {
    const published = Object.values(services).flatMap((one) =>
      (one.ports ?? []).map((port) => port.split(':')[1]),
    );
    expect(published).to.deep.equal([...new Set(published)]);
  });

  it('keeps the data of Postgres 18 where its image writes it', () => {
    expect(serviceNamed('postgres').image).to.match(/^postgres:18\./);
    const targets = (serviceNamed('postgres').volumes ?? []).map((volume) => volume.split(':')[1]);
    expect(targets).to.deep.equal(['/var/lib/postgresql']);
  });

  it('waits only for services that exist and can reach the awaited state', () => {
    expect(dependencies).to.not.be.empty;
    for (const { name, on, condition } of dependencies) {
      const awaited = services[on] ?? expect.fail(`${name} waits for ${on}, which is no service`);
      if (condition === 'service_healthy')
        expect(checkOf(awaited), `health check of ${on}`).to.exist;
      else {
        expect(condition, `what ${name} waits for`).to.equal('service_completed_successfully');
        expect(awaited.restart, `restart of ${on}, which is to complete`).to.equal(undefined);
      }
    }
  });

  for (const [name, one] of longRunning) {
    it(`checks the health of ${name} and restarts it when it exits`, () => {
      expect(checkOf(one)[0]).to.be.oneOf(['CMD', 'CMD-SHELL']);
      expect(one.restart).to.equal('unless-stopped');
    });
  }
  for (const [name, one] of Object.entries(services)) {
    it(`limits the CPU and memory of ${name}`, () => {
      expect(one.deploy?.resources?.limits?.cpus).to.match(/^\d+(\.\d+)?$/);
      expect(one.deploy?.resources?.limits?.memory).to.match(/^\d+[MG]$/);
    });
  }

  for (const [name, { healthcheck }] of longRunning.filter(([, one]) => one.healthcheck)) {
    it(`checks ${name} rarely once it runs, and often while it starts`, () => {
      expect(healthcheck).to.include({ interval: '30s', start_interval: '2s' });
    });
  }

  it('leaves file modes to Compose, which refuses them for inline configs', () => {
    const configs = Object.values(services).flatMap((one) => one.configs ?? []);
    expect(configs).to.not.be.empty;
    expect(configs.filter((config) => 'mode' in config)).to.deep.equal([]);
  });

  it('runs two producers, a consumer for each partition, and one API', () => {
    const replicas = (name: string) => serviceNamed(name).deploy?.replicas ?? 1;
    expect([replicas('producer'), replicas('api')]).to.deep.equal([2, 1]);
    expect(replicas('consumer')).to.equal(configOf(serviceNamed('consumer')).TOPIC_PARTITIONS);
  });

  it('starts the tools for people only in their profiles', () => {
    const asked = Object.entries(services).flatMap(([name, { profiles = [] }]) =>
      profiles.map((profile) => [name, profile]),
    );
    expect(asked).to.deep.equal([
      ['pgadmin', 'tools'],
      ['prometheus', 'observe'],
    ]);
  });

  it('has Prometheus scrape each service on the port where it listens', () => {
    const { scrape_configs: jobs } = readYaml('deploy/prometheus.yml') as {
      scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const asked = jobs.map(({ job_name, dns_sd_configs: [at] }) => [job_name, at?.names, at?.port]);
    const listens = (name: string) =>
      name === 'api'
        ? configOf(serviceNamed(name)).PORT
        : configOf(serviceNamed(name)).METRICS_PORT;
    expect(asked).to.deep.equal(
      ['api', 'producer', 'consumer'].map((name) => [name, [name], listens(name)]),
    );
    for (const [from] of (serviceNamed('prometheus').volumes ?? [])
      .map((volume) => volume.split(':'))
      .filter(([from]) => from?.startsWith('.')))
      expect(existsSync(join(PROJECT, from ?? '')), from).to.equal(true);
  });
  for (const [name, one] of otherServices) {
    it(`pins the version of ${name}`, () => {
      expect(one.image).to.match(/:v?\d+\.\d+[\w.-]*$/);
    });
  }
});

describe('a service of ours in docker-compose.yaml', () => {
  const known = new Set([...SETTING_NAMES, ...SECRET_NAMES.map((name) => `${name}_FILE`)]);
  const scripts = (
    JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> }
  ).scripts;

  for (const [name, one] of ourServices) {
    describe(name, () => {
      it('is started by the same command as without Docker', () => {
        expect(one.command?.join(' ')).to.equal(scripts[name]);
        expect(
          existsSync(join(PROJECT, one.command?.at(-1) ?? '')),
          `${one.command?.at(-1)}`,
        ).to.equal(true);
      });

      it('sets only variables that the program reads', () => {
        expect(
          Object.keys(one.environment ?? {}).filter((variable) => !known.has(variable)),
        ).to.deep.equal([]);
      });

      it('has valid settings, on the simulator without keys', () => {
        expect(configOf(one)).to.include({ source: 'simulator', HOST: '0.0.0.0' });
      });

      it('is given the addresses and passwords of the database, brokers and registry', () => {
        const { DATABASE_URL = '', KAFKA_BROKERS = [], SCHEMA_REGISTRY_URL = '' } = configOf(one);
        const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = environmentOf(
          serviceNamed('postgres'),
        );
        expect(DATABASE_URL).to.equal(
          `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`,
        );
        const redpanda = serviceNamed('redpanda').command?.join(' ') ?? '';
        for (const broker of KAFKA_BROKERS)
          expect(redpanda).to.contain(`--advertise-kafka-addr=internal://${broker},`);
        const { hostname, port } = new URL(SCHEMA_REGISTRY_URL);
        expect(services).to.have.property(hostname);
        expect(redpanda).to.contain(`--schema-registry-addr=internal://0.0.0.0:${port},`);
      });
    });
  }

  it('is never pulled, and can write nothing but /tmp', () => {
    for (const [name, one] of ourServices) {
      expect(one, name).to.include({ read_only: true, pull_policy: 'never' });
      expect(one.tmpfs, name).to.deep.equal(['/tmp']);
      expect(one.cap_drop, name).to.deep.equal(['ALL']);
      expect(one.security_opt, name).to.deep.equal(['no-new-privileges:true']);
    }
  });

  it('is given ten seconds to close', () => {
    for (const [name, one] of ourServices)
      expect(Number.parseInt(one.stop_grace_period ?? '', 10), name).to.be.at.least(10);
  });

  it('has the same XE, currencies and schedule as producer and as API', () => {
    for (const variable of [
      'XE_ACCOUNT_ID',
      'XE_API_KEY',
      'CURRENCIES',
      'SCHEDULE',
      'SCHEDULE_TZ',
      'XE_DAILY_BUDGET',
    ]) {
      expect(serviceNamed('api').environment?.[variable]).to.equal(`\${${variable}:-}`);
      expect(serviceNamed('producer').environment?.[variable]).to.equal(`\${${variable}:-}`);
    }
  });

  it('publishes the API on the port that it listens on', () => {
    expect(serviceNamed('api').ports).to.deep.equal([
      `127.0.0.1:5080:${configOf(serviceNamed('api')).PORT}`,
    ]);
  });
});
