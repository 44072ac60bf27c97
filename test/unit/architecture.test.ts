import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: PROJECT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => !file.startsWith('node_modules/'));

/** Allowed imports per folder. Data flows from XE to the dashboard; imports never point back. */
const MAY_IMPORT: Record<string, string[]> = {
  platform: [],
  events: [],
  simulator: ['platform'],
  stream: ['platform'],
  ledger: ['platform'],
  loans: ['platform'],
  reports: ['platform'],
  producer: ['events', 'ledger', 'platform'],
  consumer: ['events', 'platform'],
  api: ['ledger', 'platform', 'reports'],
  // Served as files; the browser program imports only itself.
  dashboard: [],
  app: [
    ...['api', 'consumer', 'events', 'ledger', 'loans', 'platform', 'producer', 'reports'],
    ...['simulator', 'stream'],
  ],
  // Runs the product as processes and starts the tests' real servers; the product never imports it.
  tools: [
    ...['app', 'consumer', 'events', 'ledger', 'loans', 'platform', 'producer', 'reports'],
    ...['simulator', 'stream', 'test'],
  ],
  seeds: ['loans'],
  migrations: [],
  // Programs of other teams: they know the topic and the API, and import none of our code.
  examples: [],
};
/** Rooms that know the stream, and only as types: which one it is, bin decides. */
const STREAM_AS_TYPES = ['producer', 'consumer'];
/** Packages are free to use, but for rooms that must outlive them or stay small. */
const ONLY_PACKAGES: Record<string, string[]> = {
  events: ['avsc'],
  migrations: ['knex'],
  seeds: ['knex'],
  examples: ['avsc', 'kafkajs'],
};

interface Import {
  file: string;
  from: string;
  typesOnly: boolean;
}
const roomOf = (path: string) => path.split('/')[0] as string;
const imports: Import[] = tracked
  .filter((file) => /\.(ts|js)$/.test(file))
  .flatMap((file) =>
    [
      ...read(file).matchAll(
        /^\s*(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^import\s+'([^']+)'/gm,
      ),
    ].map(([, type, from, dynamic, bare]) => ({
      file,
      from: (from ?? dynamic ?? bare) as string,
      typesOnly: type !== undefined,
    })),
  );

describe('the layout', () => {
  it('has found imports to look at', () => {
    expect(imports.length).to.be.greaterThan(200);
  });

  for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
    it(`${room} imports nothing of ours but ${allowed.join(', ') || 'itself'}`, () => {
      const foreign = imports
        .filter(({ file, from }) => roomOf(file) === room && from.startsWith('.'))
        .map(({ file, from, typesOnly }) => ({
          file,
          target: normalize(join(dirname(file), from)),
          typesOnly,
        }))
        .filter(({ target, typesOnly }) => {
          if ([room, ...allowed].includes(roomOf(target))) return false;
          if (room === 'dashboard' && target === 'api/openapi-types.ts') return !typesOnly;
          return !(STREAM_AS_TYPES.includes(room) && target === 'stream/port.ts' && typesOnly);
        });
      expect(foreign).to.deep.equal([]);
    });
  }

  for (const [room, packages] of Object.entries(ONLY_PACKAGES)) {
    it(`${room} uses no package but ${packages.join(', ')}`, () => {
      const others = imports.filter(
        ({ file, from }) =>
          roomOf(file) === room &&
          !from.startsWith('.') &&
          !from.startsWith('node:') &&
          !packages.includes(from),
      );
      expect(others).to.deep.equal([]);
    });
  }

  it('runs without the packages that are for development', () => {
    // Peers are optional: added where their feature is used.
    const { dependencies, peerDependencies } = JSON.parse(read('package.json')) as Record<
      'dependencies' | 'peerDependencies',
      Record<string, string>
    >;
    const present = { ...dependencies, ...peerDependencies };
    const missing = imports.filter(
      ({ file, from, typesOnly }) =>
        [...Object.keys(MAY_IMPORT), 'bin'].includes(roomOf(file)) &&
        !typesOnly &&
        // A package of its own, with its own dependencies: only a test uses it.
        !file.startsWith('tools/openapi-types/') &&
        !/^(\.|node:)/.test(from) &&
        !Object.hasOwn(present, /^(@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from),
    );
    expect(missing).to.deep.equal([]);
  });

  it('has commands that nothing imports', () => {
    const importers = imports.filter(
      ({ file, from }) =>
        roomOf(file) !== 'bin' && normalize(join(dirname(file), from)).startsWith('bin/'),
    );
    expect(importers).to.deep.equal([]);
  });

  it('has one reader of the environment', () => {
    const readers = tracked.filter(
      (file) =>
        file.endsWith('.ts') && !file.startsWith('test/') && /process\.env\b/.test(read(file)),
    );
    expect(readers).to.deep.equal(['platform/config.ts']);
  });

  it('has no file of more than 250 lines', () => {
    const long = tracked
      .filter(
        (file) => /\.(ts|js|css|html)$/.test(file) && roomOf(file) in { ...MAY_IMPORT, bin: [] },
      )
      .filter((file) => !/generated/.test(read(file).split('\n', 1)[0] ?? ''))
      .map((file) => [file, read(file).split('\n').length - 1] as const)
      .filter(([, lines]) => lines > 250);
    expect(long).to.deep.equal([]);
  });

  it('is the one that CONTRIBUTING.md draws, folder by folder', () => {
    const [, tree = ''] = /```\n(bin\/[\s\S]*?)```/.exec(read('CONTRIBUTING.md')) ?? [];
    const drawn = [...tree.matchAll(/^(\w+)\/ +\S/gm)].map(([, folder]) => folder);
    const folders = new Set(
      tracked.filter((file) => file.includes('/') && !file.startsWith('.')).map(roomOf),
    );
    expect(drawn.sort()).to.deep.equal([...folders].sort());
  });
});
