import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { expect } from 'chai';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { type Config, readConfig, SETTING_NAMES } from '../../../platform/config.ts';
import { SECRET_NAMES } from '../../../platform/secrets.ts';

interface Service {
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  deploy?: { replicas?: number; resources?: { limits?: { cpus?: string; memory?: string } } };
  profiles?: string[];
  secrets?: string[];
  restart?: string;
  stop_grace_period?: string;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const NO_FILE = '/nonexistent';

const composeText = read('docker-compose.yaml');
const productionText = read('deploy/production.yaml');
const yaml = (text: string) => load(text, { schema: CORE_SCHEMA.withTags(mergeTag) });
const services = (yaml(composeText) as { services: Record<string, Service> }).services;
const service = (name: string): Service => services[name] ?? expect.fail(`no service ${name}`);
/** Ours are those that run the image built here. */
const image = Object.values(services).find(({ build }) => build)?.image;
const ours = Object.entries(services).filter(([, one]) => one.image === image);
const others = Object.entries(services).filter(([, one]) => one.image !== image);
/** What does not end by itself: all but those that somebody waits to see completed. */
const dependencies = Object.entries(services).flatMap(([name, one]) =>
  Object.entries(one.depends_on ?? {}).map(([on, { condition }]) => ({ name, on, condition })),
);
const oneShots = new Set(
  dependencies.filter((d) => d.condition === 'service_completed_successfully').map((d) => d.on),
);
const imageCheck = [
  'CMD',
  ...(JSON.parse(
    /^HEALTHCHECK [^[]*(\[.*\])$/m.exec(read('Dockerfile').replaceAll('\\\n', ''))?.[1] ?? '[]',
  ) as string[]),
];
const longRunning = Object.entries(services).filter(([name]) => !oneShots.has(name));

/** The variables as the container sees them on a clone without .env, where nothing is set and every default is taken. */
function environmentOf({ environment = {} }: Service): Record<string, string> {
  const resolved = (value: unknown) => String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, resolved(value)]),
  );
}
/** The check of the image, where the service has none of its own. */
const checkOf = (one: Service): string[] =>
  one.healthcheck?.test ?? (ours.some(([, our]) => our === one) ? imageCheck : []);
const configOf = (one: Service): Config => readConfig(environmentOf(one), NO_FILE);

describe('docker-compose.yaml', () => {
  it('runs the producer, the consumer, the API and the migrations from one image that it builds once', () => {
    expect(ours.map(([name]) => name)).to.have.members([
      'migrate',
      'topics',
      'producer',
      'consumer',
      'api',
    ]);
    expect(Object.values(services).filter(({ build }) => build)).to.have.length(1);
  });

  it('is complete without a .env: whatever it takes from the outside has a default', () => {
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
    expect(service('postgres').image).to.match(/^postgres:18\./);
    const targets = (service('postgres').volumes ?? []).map((volume) => volume.split(':')[1]);
    expect(targets).to.deep.equal(['/var/lib/postgresql']);
  });

  it('waits only for services that exist and can come to the awaited state', () => {
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
    it(`checks the health of ${name} and brings it back when it ends`, () => {
      expect(checkOf(one)[0]).to.be.oneOf(['CMD', 'CMD-SHELL']);
      expect(one.restart).to.equal('unless-stopped');
    });
  }
  for (const [name, one] of Object.entries(services)) {
    it(`lets ${name} take no more of the machine than it is given`, () => {
      expect(one.deploy?.resources?.limits?.cpus).to.match(/^\d+(\.\d+)?$/);
      expect(one.deploy?.resources?.limits?.memory).to.match(/^\d+[MG]$/);
    });
  }

  it('runs two producers, a consumer for each partition, and one API', () => {
    const replicas = (name: string) => service(name).deploy?.replicas ?? 1;
    expect([replicas('producer'), replicas('api')]).to.deep.equal([2, 1]);
    expect(replicas('consumer')).to.equal(configOf(service('consumer')).TOPIC_PARTITIONS);
  });

  it('starts what only people look at when it is asked for', () => {
    const asked = Object.entries(services).flatMap(([name, { profiles = [] }]) =>
      profiles.map((profile) => [name, profile]),
    );
    expect(asked).to.deep.equal([
      ['pgadmin', 'tools'],
      ['prometheus', 'observe'],
    ]);
  });

  it('has Prometheus ask each service of ours on the port where it answers', () => {
    const { scrape_configs: jobs } = yaml(read('deploy/prometheus.yml')) as {
      scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const asked = jobs.map(({ job_name, dns_sd_configs: [at] }) => [job_name, at?.names, at?.port]);
    const listens = (name: string) =>
      name === 'api' ? configOf(service(name)).PORT : configOf(service(name)).METRICS_PORT;
    expect(asked).to.deep.equal(
      ['api', 'producer', 'consumer'].map((name) => [name, [name], listens(name)]),
    );
    for (const [from] of (service('prometheus').volumes ?? [])
      .map((volume) => volume.split(':'))
      .filter(([from]) => from?.startsWith('.')))
      expect(existsSync(join(root, from ?? '')), from).to.equal(true);
  });
  for (const [name, one] of others) {
    it(`pins the version of ${name}`, () => {
      expect(one.image).to.match(/:v?\d+\.\d+[\w.-]*$/);
    });
  }
});

describe('a service of ours in docker-compose.yaml', () => {
  const known = new Set([...SETTING_NAMES, ...SECRET_NAMES.map((name) => `${name}_FILE`)]);
  const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

  for (const [name, one] of ours) {
    describe(name, () => {
      it('is started by the same command as without Docker', () => {
        // npm's shell has to hand over to node, a container has no shell.
        expect(`exec ${one.command?.join(' ')}`).to.equal(scripts[name]);
        expect(
          existsSync(join(root, one.command?.at(-1) ?? '')),
          `${one.command?.at(-1)}`,
        ).to.equal(true);
      });

      it('sets only what the program knows', () => {
        expect(
          Object.keys(one.environment ?? {}).filter((variable) => !known.has(variable)),
        ).to.deep.equal([]);
      });

      it('starts with settings that have no fault, on the simulator when there are no keys', () => {
        expect(configOf(one)).to.include({ source: 'simulator', HOST: '0.0.0.0' });
      });

      it('finds its database, brokers and registry under the names and passwords that they have here', () => {
        const { DATABASE_URL = '', KAFKA_BROKERS = [], SCHEMA_REGISTRY_URL = '' } = configOf(one);
        const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = environmentOf(
          service('postgres'),
        );
        expect(DATABASE_URL).to.equal(
          `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`,
        );
        const redpanda = service('redpanda').command?.join(' ') ?? '';
        for (const broker of KAFKA_BROKERS)
          expect(redpanda).to.contain(`--advertise-kafka-addr=internal://${broker},`);
        const { hostname, port } = new URL(SCHEMA_REGISTRY_URL);
        expect(services).to.have.property(hostname);
        expect(redpanda).to.contain(`--schema-registry-addr=internal://0.0.0.0:${port},`);
      });
    });
  }

  it('is given ten seconds to close', () => {
    for (const [name, one] of ours)
      expect(Number.parseInt(one.stop_grace_period ?? '', 10), name).to.be.at.least(10);
  });

  it('sees the same XE, currencies and slots whether it is the producer or the API, since the one keeps what the other judges by', () => {
    for (const variable of [
      'XE_ACCOUNT_ID',
      'XE_API_KEY',
      'CURRENCIES',
      'SCHEDULE',
      'SCHEDULE_TZ',
      'XE_DAILY_BUDGET',
    ]) {
      expect(service('api').environment?.[variable]).to.equal(`\${${variable}:-}`);
      expect(service('producer').environment?.[variable]).to.equal(`\${${variable}:-}`);
    }
  });

  it('publishes the API on the port that it listens on', () => {
    expect(service('api').ports).to.deep.equal([`127.0.0.1:5080:${configOf(service('api')).PORT}`]);
  });
});

describe('the health check of the image', () => {
  let status = 200;
  let server: Server;
  let port = 0;
  before((done) => {
    server = createServer((req, res) => res.writeHead(req.url === '/livez' ? status : 404).end());
    server.listen(0, '127.0.0.1', () => {
      port = (server.address() as AddressInfo).port;
      done();
    });
  });
  after(() => server.close());

  /** Runs the image's check as Docker would, with the settings of a service but for the port where the test answers. */
  const exitCode = (one: Service, instead: number) =>
    new Promise<number>((resolve) => {
      const [kind, file = '', ...args] = imageCheck;
      expect(kind).to.equal('CMD');
      const { METRICS_PORT, PORT } = configOf(one);
      const listening =
        METRICS_PORT === undefined
          ? { PORT: String(instead), METRICS_PORT: '' }
          : { PORT: String(PORT), METRICS_PORT: String(instead) };
      const env = { ...environmentOf(one), ...listening, PATH: process.env['PATH'] };
      execFile(file, args, { env }, (error: ExecFileException | null) =>
        resolve(error ? Number(error.code) : 0),
      );
    });

  for (const name of ['producer', 'consumer', 'api']) {
    it(`passes while ${name} lives, and fails when it answers with a fault or not at all`, async () => {
      expect(service(name).healthcheck, 'a check of its own').to.equal(undefined);
      status = 200;
      expect(await exitCode(service(name), port)).to.equal(0);
      status = 503;
      expect(await exitCode(service(name), port)).to.equal(1);
      expect(await exitCode(service(name), 1)).to.equal(1);
    });
  }

  it('asks where the API listens when nothing is set', () => {
    expect(imageCheck.join(' ')).to.contain(`|| ${readConfig({}, NO_FILE).PORT}}/livez`);
  });
});

describe('deploy/production.yaml', () => {
  const over = yaml(productionText) as {
    services: Record<string, Service>;
    secrets: Record<string, { file: string }>;
  };
  const files = new Map<string, string>();
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'fx-secrets-'));
    for (const [n, name] of Object.keys(over.secrets).entries()) {
      files.set(`/run/secrets/${name}`, join(dir, name));
      writeFileSync(join(dir, name), `${name}-${n}-${'x'.repeat(32)}\n`);
    }
  });
  after(() => rmSync(dir, { recursive: true }));

  it('changes services that are there, and takes every secret from a file that git does not keep', () => {
    expect(Object.keys(services)).to.include.members(Object.keys(over.services));
    expect(Object.values(over.secrets).every(({ file }) => file.startsWith('./secrets/'))).to.equal(
      true,
    );
    expect(read('.gitignore').split('\n')).to.include('secrets/');
  });

  it('runs Redpanda without its development mode, at the same addresses', () => {
    const command = over.services['redpanda']?.command ?? [];
    expect(command.join(' ')).to.contain('redpanda.developer_mode=false').and.not.contain('--mode');
    expect(command.filter((argument) => argument.includes('addr='))).to.deep.equal(
      service('redpanda').command?.filter((argument) => argument.includes('addr=')),
    );
  });

  for (const [name] of ours) {
    it(`gives ${name} its secrets as files, and none by value`, () => {
      const { environment = {}, secrets = [] } =
        over.services[name] ?? expect.fail(`${name} is not changed`);
      const merged = { ...environmentOf(service(name)), ...environment };
      for (const secret of SECRET_NAMES.filter((one) => one !== 'DATABASE_URL'))
        expect(merged[secret] ?? '', secret).to.equal('');
      const named = Object.entries(merged).filter(([variable]) => variable.endsWith('_FILE'));
      expect(named.map(([, file]) => file.replace('/run/secrets/', ''))).to.have.members(secrets);
      const here = Object.fromEntries(
        named.map(([variable, file]) => [variable, files.get(file) ?? expect.fail(file)]),
      );
      const config = readConfig({ ...merged, ...here }, NO_FILE);
      expect(new URL(config.DATABASE_URL ?? '').password).to.match(/^database_password-/);
      if (['api', 'producer'].includes(name)) expect(config.source).to.equal('xe');
      if (name === 'api') expect(config.API_TOKEN).to.match(/^api_token-/);
    });
  }
});

describe('the Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');
  const last = (instruction: string) =>
    lines.findLast((line) => line.startsWith(`${instruction} `))?.slice(instruction.length + 1);

  it('pins the version of every image it builds on', () => {
    const bases = lines.filter((line) => line.startsWith('FROM '));
    expect(bases).to.not.be.empty;
    for (const base of bases) expect(base).to.match(/^FROM node:\d+\.\d+\.\d+-\w+-slim( AS \w+)?$/);
  });

  it('runs as an ordinary user', () => {
    expect(last('USER')).to.equal('node');
  });

  it('runs the API unless told otherwise, with no shell or npm between it and a signal', () => {
    expect(JSON.parse(last('CMD') ?? '')).to.deep.equal(service('api').command);
  });
});

const [everything, ...rest] = read('.dockerignore')
  .split('\n')
  .filter((line) => line && !line.startsWith('#'));
const admitted = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
const leftOut = rest.filter((line) => !line.startsWith('!'));
const sources = admitted.filter(
  (entry) => /^\w+(\/\w+)?$/.test(entry) && existsSync(join(root, entry)),
);

const isAdmitted = (path: string) =>
  admitted.some((entry) => path === entry || path.startsWith(`${entry}${sep}`));

describe('the image', () => {
  it('lets in only what is named, and no secret, data or test', () => {
    expect(everything).to.equal('*');
    // Commands that start the tests' servers have no use in a container, and what they import is not there.
    expect(leftOut).to.deep.equal(['bin/bench.ts', 'bin/chaos.ts']);
    for (const kept of [
      '.env',
      '.data',
      '.git',
      'node_modules',
      'test',
      'tools',
      'tools/chaos',
      'tools/bench',
    ])
      expect(admitted).to.not.include(kept);
  });

  it('gets every file that its sources import or open', () => {
    const missing: string[] = [];
    let seen = 0;
    for (const folder of sources) {
      for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
        if (!/\.(ts|cjs)$/.test(file)) continue;
        const path = join(folder, file);
        if (leftOut.includes(path)) continue;
        for (const [, target = ''] of read(path).matchAll(
          /(?:from|import\(|new URL\()\s*'(\.{1,2}\/[^']*)'/g,
        )) {
          seen++;
          const needed = normalize(join(dirname(path), target));
          if (!isAdmitted(needed)) missing.push(`${path} needs ${target}`);
        }
      }
    }
    expect(seen).to.be.greaterThan(20);
    expect(missing).to.deep.equal([]);
  });
});

describe('what the image runs', () => {
  it('imports only packages that are there without the tools of developers', () => {
    const { dependencies } = JSON.parse(read('package.json')) as {
      dependencies: Record<string, string>;
    };
    const files = sources.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(folder, file),
      ),
    );
    const packages = files
      .filter((file) => /\.(ts|cjs)$/.test(file) && !leftOut.includes(file))
      .flatMap((file) => [
        ...read(file).matchAll(
          /^(?:import|export)(?! type )[^;]*? from '([^.'][^']*)'|import\('([^.'][^']*)'\)/gm,
        ),
      ])
      .map(([, from, dynamic]) => from ?? dynamic ?? '')
      .filter((from) => !from.startsWith('node:'))
      .map((from) => /^(?:@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from);
    expect(new Set(packages).size).to.be.greaterThan(15);
    expect(packages.filter((name) => !(name in dependencies))).to.deep.equal([]);
  });
});

describe('.env.example', () => {
  const text = read('.env.example');
  const offered = parseEnv(text.replace(/^# (?=[A-Z_]+=)/gm, ''));

  it('changes nothing when it is copied as it stands', () => {
    expect(parseEnv(text)).to.deep.equal({});
  });

  it('names every setting, and none that does not exist', () => {
    expect(Object.keys(offered)).to.have.members([...SETTING_NAMES]);
    expect(text.match(/^# [A-Z_]+=/gm)).to.have.length(SETTING_NAMES.length);
  });

  it('says what each setting means', () => {
    const unexplained = SETTING_NAMES.filter(
      (name) => !new RegExp(`^# (?![A-Z_]+=).{10,}\\n# ${name}=`, 'm').test(text),
    );
    expect(unexplained).to.deep.equal([]);
  });

  it('says of every secret that it can come from a file', () => {
    expect(SECRET_NAMES.filter((name) => !text.includes(`${name}_FILE`))).to.deep.equal([]);
  });

  for (const name of SETTING_NAMES) {
    it(`states the default of ${name}`, () => {
      const defaults = readConfig({}, NO_FILE) as Record<string, unknown>;
      const stated = readConfig({ [name]: offered[name] }, NO_FILE) as Record<string, unknown>;
      expect(stated[name]).to.deep.equal(defaults[name]);
      expect(offered[name] === '', 'stated as unset').to.equal(defaults[name] === undefined);
    });
  }
});
