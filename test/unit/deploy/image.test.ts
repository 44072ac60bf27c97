import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, normalize, sep } from 'node:path';
import { expect } from 'chai';
import { readConfig } from '../../../platform/config.ts';
import {
  configOf,
  environmentOf,
  imageHealthCheck,
  NO_ENV_FILE,
  readProjectFile,
  type Service,
  serviceNamed,
} from '../../support/compose-files.ts';
import { PROJECT } from '../../support/documents.ts';

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

  /** Runs the image's check as Docker would, against the port of this test. */
  const exitCode = (one: Service, instead: number) =>
    new Promise<number>((resolve) => {
      const [kind, file = '', ...args] = imageHealthCheck;
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
    it(`passes while ${name} answers 200, and fails otherwise`, async () => {
      expect(serviceNamed(name).healthcheck, 'a check of its own').to.equal(undefined);
      status = 200;
      expect(await exitCode(serviceNamed(name), port)).to.equal(0);
      status = 503;
      expect(await exitCode(serviceNamed(name), port)).to.equal(1);
      expect(await exitCode(serviceNamed(name), 1)).to.equal(1);
    });
  }

  it('uses the API default port when nothing is set', () => {
    expect(imageHealthCheck.join(' ')).to.contain(`|| ${readConfig({}, NO_ENV_FILE).PORT}}/livez`);
  });
});

describe('the Dockerfile', () => {
  const lines = readProjectFile('Dockerfile').split('\n');
  const bases = () => lines.filter((line) => line.startsWith('FROM '));
  const isCopy = (line: string) => line.startsWith('COPY ');
  const last = (instruction: string) =>
    lines.findLast((line) => line.startsWith(`${instruction} `))?.slice(instruction.length + 1);

  it('pins the version of every base image', () => {
    expect(bases()).to.not.be.empty;
    for (const base of bases())
      expect(base).to.match(/^FROM node:\d+\.\d+\.\d+-\w+-slim( AS \w+)?$/);
  });

  it('gives every file to the user that runs, whatever umask the checkout has', () => {
    const copies = lines.slice(lines.lastIndexOf(bases().at(-1) ?? '')).filter(isCopy);
    expect(copies).to.have.length(2);
    for (const copy of copies) expect(copy).to.match(/^COPY --chown=node:node /);
  });

  it('checks health every 30 s, and more often while it starts', () => {
    expect(last('HEALTHCHECK')).to.match(/--interval=30s .*--start-interval=2s/);
  });

  it('looks for no npm updates, and keeps npm out of the read-only file system', () => {
    const text = readProjectFile('Dockerfile');
    expect(text).to.contain('NPM_CONFIG_UPDATE_NOTIFIER=false');
    expect(text).to.contain('NPM_CONFIG_CACHE=/tmp/');
  });

  it('runs as an ordinary user', () => {
    expect(last('USER')).to.equal('node');
  });

  it('runs the API by default, without a shell or npm that would swallow signals', () => {
    expect(JSON.parse(last('CMD') ?? '')).to.deep.equal(serviceNamed('api').command);
  });
});

const [everything, ...rest] = readProjectFile('.dockerignore')
  .split('\n')
  .filter((line) => line && !line.startsWith('#'));
const admitted = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
const leftOut = rest.filter((line) => !line.startsWith('!'));
const sources = admitted.filter(
  (entry) => /^\w+(\/\w+)?$/.test(entry) && existsSync(join(PROJECT, entry)),
);

const isAdmitted = (path: string) =>
  admitted.some((entry) => path === entry || path.startsWith(`${entry}${sep}`));

describe('the image', () => {
  it('admits only what is named, and no secret, data or test', () => {
    expect(everything).to.equal('*');
    // These commands start the tests' servers, and their imports are not in the image.
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

  it('has every file that its sources import or open', () => {
    const missing: string[] = [];
    let seen = 0;
    for (const folder of sources) {
      for (const file of readdirSync(join(PROJECT, folder), {
        recursive: true,
        encoding: 'utf8',
      })) {
        if (!/\.(ts|cjs)$/.test(file)) continue;
        const path = join(folder, file);
        if (leftOut.includes(path)) continue;
        for (const [, target = ''] of readProjectFile(path).matchAll(
          /(?:from|import\(|new URL\()\s*'(\.{1,2}\/[^']*)'/g,
        )) {
          seen++;
          const needed = normalize(join(dirname(path), target));
          // The root itself: the guide reads the documents below it.
          if (needed !== './' && !isAdmitted(needed)) missing.push(`${path} needs ${target}`);
        }
      }
    }
    for (const document of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs'])
      expect(admitted, 'what the guide shows').to.include(document);
    expect(seen).to.be.greaterThan(20);
    expect(missing).to.deep.equal([]);
  });
});

describe('what the image runs', () => {
  it('imports only packages that are no development dependency', () => {
    const { dependencies, peerDependencies } = JSON.parse(readProjectFile('package.json')) as {
      dependencies: Record<string, string>;
      /** Installed by those who need them; the program says so. */
      peerDependencies: Record<string, string>;
    };
    const known = { ...dependencies, ...peerDependencies };
    const files = sources.flatMap((folder) =>
      readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(folder, file),
      ),
    );
    const packages = files
      .filter((file) => /\.(ts|cjs)$/.test(file) && !leftOut.includes(file))
      .flatMap((file) => [
        ...readProjectFile(file).matchAll(
          /^(?:import|export)(?! type )[^;]*? from '([^.'][^']*)'|import\('([^.'][^']*)'\)/gm,
        ),
      ])
      .map(([, from, dynamic]) => from ?? dynamic ?? '')
      .filter((from) => !from.startsWith('node:'))
      .map((from) => /^(?:@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from);
    expect(new Set(packages).size).to.be.greaterThan(15);
    expect(packages.filter((name) => !(name in known))).to.deep.equal([]);
  });
});
