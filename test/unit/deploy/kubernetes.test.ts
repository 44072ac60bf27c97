import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { CORE_SCHEMA, load, loadAll } from 'js-yaml';
import { type Config, readConfig, SECRET_NAMES, SETTING_NAMES } from '../../../platform/config.ts';
import {
  NO_ENV_FILE,
  production,
  readProjectFile,
  serviceNamed,
} from '../../support/compose-files.ts';
import { PROJECT } from '../../support/documents.ts';

const FOLDER = 'deploy/kubernetes';
const OVERLAYS = ['development', 'production'];
const SECRET_FOLDER = '/run/secrets/';

interface Variable {
  name: string;
  value: string;
}
interface Probe {
  httpGet: { path: string; port: string };
}
interface Container {
  name: string;
  image: string;
  command: string[];
  env: Variable[];
  ports?: { name: string; containerPort: number }[];
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  resources: { requests: object; limits: object };
  securityContext: object;
}
interface Pod {
  terminationGracePeriodSeconds?: number;
  securityContext: object;
  initContainers?: Container[];
  containers: Container[];
  volumes: { name: string; secret?: { items: { key: string; path: string }[] } }[];
}
interface Resource {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  data?: Record<string, string>;
  spec?: {
    replicas?: number;
    template?: { metadata: { labels: Record<string, string> }; spec: Pod };
    selector?: { matchLabels?: Record<string, string> };
  };
}
interface Kustomization {
  resources: string[];
  images?: { name: string }[];
  replicas?: { name: string }[];
}

const readKustomization = (folder: string) =>
  load(readProjectFile(`${FOLDER}/${folder}/kustomization.yaml`)) as Kustomization;
const base = readKustomization('base').resources.flatMap(
  (file) =>
    loadAll(readProjectFile(`${FOLDER}/base/${file}`), { schema: CORE_SCHEMA }) as Resource[],
);
const named = (name: string): Resource =>
  base.find(({ metadata }) => metadata.name === name) ?? expect.fail(`no ${name}`);
const podOf = (name: string): Pod =>
  named(name).spec?.template?.spec ?? expect.fail(`${name} has no pod`);
const workloads = base.filter(({ spec }) => spec?.template);
const containers = workloads.flatMap(({ metadata: { name } }) => {
  const { initContainers = [], containers } = podOf(name);
  return [...initContainers, ...containers].map((one) => ({ pod: podOf(name), one }));
});
const settings = named('fx-rates-settings').data ?? {};
const SERVICES = ['producer', 'consumer', 'api'];

describe('deploy/kubernetes', () => {
  const secrets = new Map<string, string>();
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'fx-kubernetes-'));
    for (const name of Object.keys(production.secrets ?? {})) {
      secrets.set(name, join(dir, name));
      writeFileSync(join(dir, name), `${name}-${'x'.repeat(32)}`);
    }
  });
  after(() => rmSync(dir, { recursive: true }));

  /** The settings of a container, with its secrets from files of this test. */
  function configOf({ env }: Container): Config {
    const given = Object.fromEntries(
      env.map(({ name, value }) => {
        const secret = value.startsWith(SECRET_FOLDER) && value.slice(SECRET_FOLDER.length);
        return [name, secret ? (secrets.get(secret) ?? expect.fail(value)) : value];
      }),
    );
    return readConfig({ ...settings, ...given }, NO_ENV_FILE);
  }

  it('has only resources that Kubernetes 1.34 accepts, field by field', () => {
    const { roots, $defs } = JSON.parse(
      readProjectFile('test/support/kubernetes/schemas-1.34.json'),
    ) as { roots: Record<string, string>; $defs: object };
    const ajv = new Ajv({ strict: false, validateFormats: false });
    // In one go, since a pod is in most of them.
    ajv.addSchema({ $id: 'kubernetes', $defs });
    for (const resource of base) {
      const root = roots[resource.kind] ?? expect.fail(`no schema of ${resource.kind}`);
      const reference = `kubernetes#/$defs/${root}`;
      const validate = ajv.getSchema(reference) ?? expect.fail(`no schema ${reference}`);
      expect(
        validate(resource),
        `${resource.metadata.name}: ${ajv.errorsText(validate.errors)}`,
      ).to.equal(true);
    }
  });

  it('has the migrations as a job, two producers, three consumers and the API', () => {
    const replicas = workloads.map(({ metadata, spec }) => [metadata.name, spec?.replicas]);
    expect(replicas).to.deep.equal([
      ['fx-rates-migrate', undefined],
      ['fx-rates-producer', 2],
      ['fx-rates-consumer', 3],
      ['fx-rates-api', 2],
    ]);
  });

  for (const { pod, one } of containers)
    describe(`the container ${one.name}`, () => {
      it('starts what Compose starts, from the same image', () => {
        expect(one.command).to.deep.equal(serviceNamed(one.name).command);
        expect(one.image).to.equal('fx-rates');
      });

      it('sets only variables that the program reads, with valid values', () => {
        const known = [...SETTING_NAMES, ...SECRET_NAMES.map((name) => `${name}_FILE`), 'NODE_ENV'];
        const set = [...Object.keys(settings), ...one.env.map(({ name }) => name)];
        expect(known).to.include.members(set);
        const role = { migrate: 'fx_rates', api: 'fx_rates_read' }[one.name] ?? 'fx_rates_write';
        const { username, password } = new URL(configOf(one).DATABASE_URL ?? '');
        expect([username, password.length > 20]).to.deep.equal([role, true]);
      });

      it('reads its secrets from files that are mounted, and no others are', () => {
        const read = one.env.map(({ value }) => value).filter((v) => v.startsWith(SECRET_FOLDER));
        const mounted = pod.volumes.flatMap(({ secret }) => secret?.items ?? []);
        expect(
          mounted.map(({ key, path }) => key === path && SECRET_FOLDER + key),
        ).to.include.members(read);
        for (const { name, value } of one.env)
          if (SECRET_NAMES.includes(name)) expect(value, name).to.not.match(/:[^/@]+@/);
      });

      it('is locked in and limited like the container of Compose', () => {
        expect(one.securityContext).to.deep.equal({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(pod.securityContext).to.include({ runAsNonRoot: true, runAsUser: 1000 });
        expect(one.resources.limits).to.deep.equal({ memory: '512Mi' });
      });
    });

  for (const name of SERVICES)
    it(`probes ${name} where it listens, and gives it time to close`, () => {
      const pod = podOf(`fx-rates-${name}`);
      const [one = expect.fail('no container')] = pod.containers;
      const { METRICS_PORT, PORT } = configOf(one);
      expect(one.ports).to.deep.equal([
        { name: 'http', containerPort: name === 'api' ? PORT : METRICS_PORT },
      ]);
      const probes = [one.startupProbe, one.livenessProbe, one.readinessProbe];
      expect(probes.map((probe) => probe?.httpGet)).to.deep.equal(
        ['/livez', '/livez', '/readyz'].map((path) => ({ path, port: 'http' })),
      );
      expect(pod.terminationGracePeriodSeconds).to.be.at.least(20);
    });

  it('selects the pods that exist, for budgets of disruption and as a service', () => {
    const labels = (name: string) => named(`fx-rates-${name}`).spec?.template?.metadata.labels;
    for (const name of SERVICES) {
      const budget = base.find(
        ({ kind, metadata }) =>
          kind === 'PodDisruptionBudget' && metadata.name === `fx-rates-${name}`,
      );
      expect(budget?.spec?.selector?.matchLabels).to.deep.equal(labels(name));
    }
    const service = base.find(({ kind }) => kind === 'Service');
    expect(service?.spec?.selector).to.deep.equal(labels('api'));
  });

  for (const overlay of OVERLAYS)
    it(`changes in the overlay ${overlay} only what the base has`, () => {
      const { resources, images = [], replicas = [] } = readKustomization(`overlays/${overlay}`);
      expect(resources).to.deep.equal(['../../base']);
      expect(images.map(({ name }) => name)).to.deep.equal(['fx-rates']);
      for (const { name } of replicas) expect(named(name).kind).to.equal('Deployment');
    });

  it('has no folder or file that no kustomization names', () => {
    const files = readdirSync(join(PROJECT, FOLDER, 'base'));
    expect(files).to.have.members(['kustomization.yaml', ...readKustomization('base').resources]);
    expect(readdirSync(join(PROJECT, FOLDER, 'overlays'))).to.have.members(OVERLAYS);
    expect(existsSync(join(PROJECT, FOLDER, 'secrets'))).to.equal(false);
  });
});
