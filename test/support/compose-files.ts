import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { type Config, readConfig } from '../../platform/config.ts';
import { PROJECT } from './documents.ts';

/** docker-compose.yaml, deploy/production.yaml and the Dockerfile, read for the tests. */

export interface Service {
  image: string;
  build?: string;
  pull_policy?: string;
  entrypoint?: string[];
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[]; interval: string; start_interval?: string };
  deploy?: { replicas?: number; resources?: { limits?: { cpus?: string; memory?: string } } };
  profiles?: string[];
  secrets?: string[];
  configs?: Record<string, string>[];
  restart?: string;
  stop_grace_period?: string;
  read_only?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  security_opt?: string[];
}

export interface ComposeFile {
  services: Record<string, Service>;
  secrets?: Record<string, { file: string }>;
}

export const NO_ENV_FILE = '/nonexistent';

export const readProjectFile = (file: string) => readFileSync(join(PROJECT, file), 'utf8');
export const readYaml = (file: string) =>
  load(readProjectFile(file), { schema: CORE_SCHEMA.withTags(mergeTag) });

export const { services } = readYaml('docker-compose.yaml') as ComposeFile;
export const production = readYaml('deploy/production.yaml') as ComposeFile;

export const serviceNamed = (name: string): Service =>
  services[name] ?? expect.fail(`no service ${name}`);

const image = Object.values(services).find(({ build }) => build)?.image;
/** Services that run the image built here. */
export const ourServices = Object.entries(services).filter(([, one]) => one.image === image);
export const otherServices = Object.entries(services).filter(([, one]) => one.image !== image);

/** The image's own health check, as Compose would state it. */
export const imageHealthCheck = [
  'CMD',
  ...(JSON.parse(
    /^HEALTHCHECK [^[]*(\[.*\])$/m.exec(
      readProjectFile('Dockerfile').replaceAll('\\\n', ''),
    )?.[1] ?? '[]',
  ) as string[]),
];

/** A container's environment on a clone without .env: every variable takes its default. */
export function environmentOf({ environment = {} }: Service): Record<string, string> {
  const resolve = (value: unknown) => String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, resolve(value)]),
  );
}

export const configOf = (service: Service): Config =>
  readConfig(environmentOf(service), NO_ENV_FILE);

/** One service after Compose's merge: lists of commands are replaced, mappings are merged. */
export function mergeService(name: string): Service {
  const base = serviceNamed(name);
  const over = production.services[name];
  if (!over) return base;
  const environment = { ...base.environment, ...over.environment };
  return { ...base, ...over, environment };
}
