import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect } from 'chai';
import { brokerMissing, sharedBroker } from '../support/broker.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { anchorsOf, type Block, documents, PROJECT, tracked } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { type Command, command, dataDir, freePort, get } from '../support/process.ts';
import { skipWithout } from '../support/requirements.ts';
import { checkout, missingProgram, runBlock, type Surroundings } from '../support/snippets.ts';

const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');
const scripts = Object.keys(JSON.parse(read('package.json')).scripts as Record<string, string>);
/** What a block may need that no test has; `not run: …` says why in other cases. */
const NOT_HERE = ['docker', 'XE credentials', 'servers of your own', 'much time'];
const RUN = ['sh', 'ts', 'python'];
const NOTES = [
  /^needs: broker(; runs until stopped)?$/,
  /^runs until stopped$/,
  /^not run: .{10,}$/,
];

const blocks = documents
  .flatMap(({ blocks: all }) => all)
  .filter(({ language }) => RUN.includes(language));
const isRun = ({ note }: Block) => !note || !/^(not run|needs: (?!broker))/.test(note);
const onBroker = ({ note }: Block) => note?.startsWith('needs: broker') ?? false;
/** In reading order: the quickstart first, since the other documents build on it. */
const inReadingOrder = (some: Block[]) =>
  [...some].sort(
    (a, b) => Number(b.file.endsWith('quickstart.md')) - Number(a.file.endsWith('quickstart.md')),
  );

describe('the documents', () => {
  it('are all reachable from the README', () => {
    const linked = linksOf('README.md').map(({ target }) => target);
    const missing = documents.filter(
      ({ file }) =>
        /^docs\/[^/]+\.md$|^[A-Z]+\.md$/.test(file) &&
        file !== 'README.md' &&
        !linked.includes(file),
    );
    expect(missing.map(({ file }) => file)).to.deep.equal([]);
  });

  it('link only to existing files and headings', () => {
    const dead = documents.flatMap(({ file }) =>
      linksOf(file)
        .filter(({ target, anchor }) => {
          if (!existsSync(join(PROJECT, target))) return true;
          const document = documents.find((one) => one.file === target);
          return anchor !== '' && (!document || !anchorsOf(document).includes(anchor));
        })
        .map(({ written }) => `${file}: ${written}`),
    );
    expect(dead).to.deep.equal([]);
  });

  it('name only existing files of the project', () => {
    const folders = [
      ...new Set(
        tracked.filter((file) => file.includes('/')).map((file) => file.split('/')[0] as string),
      ),
    ];
    const named = new RegExp(
      `\`((?:${folders.map((folder) => folder.replace('.', '\\.')).join('|')})/[\\w./-]+)\``,
      'g',
    );
    const dead = documents
      .filter(({ file }) => file !== 'CHANGELOG.md')
      .flatMap(({ file, prose }) =>
        [...prose.matchAll(named)]
          .map(([, path = '']) => path)
          // NAME in a path is the reader's to choose.
          .filter((path) => !path.includes('/NAME') && !existsSync(join(PROJECT, path)))
          .map((path) => `${file}: ${path}`),
      );
    expect(dead).to.deep.equal([]);
  });

  it('call only commands that exist, with options that their --help knows', () => {
    const unknown = documents.flatMap(({ file, text }) =>
      [
        ...text.matchAll(
          /(?<!-n )\b(?:npm (?:run (?:-s )?)?|fx-rates )(\w+)((?: (?:-- )?[^`|\n;&>#)]*)?)/g,
        ),
      ]
        .filter(
          ([whole, name = '']) =>
            (whole.startsWith('npm run ') && name !== 'run') ||
            whole.startsWith('fx-rates ') ||
            ['start', 'test'].includes(name),
        )
        .filter(([, name = '', rest = '']) => !knows(name, rest))
        .map(([whole]) => `${file}: ${whole}`),
    );
    expect(unknown).to.deep.equal([]);
  });

  it('mark each block with a language, and with what it needs when it cannot simply be run', () => {
    const languages = [...RUN, 'text', 'json', 'sql', 'yaml', 'ini', 'mermaid', ''];
    const odd = documents
      .flatMap(({ blocks: all }) => all)
      .filter(({ language, note }) => {
        const known =
          note === null ||
          NOTES.some((form) => form.test(note)) ||
          NOT_HERE.includes(note.replace('needs: ', ''));
        return !languages.includes(language) || !known;
      });
    expect(
      odd.map(({ file, line, language, note }) => `${file}:${line} ${language} ${note}`),
    ).to.deep.equal([]);
  });
});

describe('the commands in the documentation', function () {
  this.timeout(90_000);
  let folder: ReturnType<typeof checkout>;
  let data: ReturnType<typeof dataDir>;
  let running: Command;
  let surroundings: Surroundings;

  before('start the pipeline as README says', async () => {
    folder = checkout();
    data = dataDir();
    const port = await freePort();
    running = command('start', { DATA_DIR: data.dir, PORT: String(port) });
    surroundings = {
      dir: folder.dir,
      settings: { DATA_DIR: data.dir },
      addresses: [['127.0.0.1:5080', `127.0.0.1:${port}`]],
    };
    // With 400 days of simulated history and the sample book: the documents show both.
    await eventually(() => expect(running.output()).to.match(/"msg":"ready: http/));
    await eventually(async () => {
      const status = await get<{ data: { backfill: unknown } }>(
        `http://127.0.0.1:${port}/v2/status`,
      );
      expect(status?.data.data.backfill, running.output()).to.include({ runs: 8, confirmed: 8 });
      // The first heartbeat of a service comes a moment after its start.
      const ready = await get<{ status: string }>(`http://127.0.0.1:${port}/readyz`);
      expect(ready?.data).to.include({ status: 'ok' });
    });
  });
  after(async () => {
    running?.kill('SIGTERM');
    await running?.exited;
    data?.remove();
    folder?.remove();
  });

  for (const block of inReadingOrder(blocks.filter((one) => isRun(one) && !onBroker(one))))
    testOf(block, () => surroundings);
});

(brokerMissing() ? describe.skip : describe)(
  'the commands in the documentation that need a broker',
  function () {
    this.timeout(180_000);
    let folder: ReturnType<typeof checkout>;
    let database: TestDatabase;
    let running: Command;
    let surroundings: Surroundings;

    before('start the pipeline on a real broker', async () => {
      const { brokers, registryUrl } = await sharedBroker();
      folder = checkout();
      database = await testDatabase();
      const port = await freePort();
      const settings = {
        DATABASE_URL: database.url,
        KAFKA_BROKERS: brokers.join(','),
        SCHEMA_REGISTRY_URL: registryUrl,
        CONSUMER_GROUP: `docs-${randomUUID()}`,
      };
      running = command('start', { ...settings, PORT: String(port) });
      surroundings = {
        dir: folder.dir,
        settings,
        addresses: [
          ['127.0.0.1:5080', `127.0.0.1:${port}`],
          ['127.0.0.1:19092', brokers[0] as string],
          ['http://127.0.0.1:18081', registryUrl],
        ],
      };
      await eventually(async () => {
        const rates = await get<unknown[]>(`http://127.0.0.1:${port}/v1/rates?currency=kes`);
        expect(rates?.data, running.output()).to.have.length.above(0);
      });
    });
    after(async () => {
      running?.kill('SIGTERM');
      await running?.exited;
      await database?.drop();
      folder?.remove();
    });

    for (const block of inReadingOrder(blocks.filter(onBroker))) testOf(block, () => surroundings);
  },
);

function testOf(block: Block, surroundings: () => Surroundings): void {
  const title = block.text.trim().split('\n')[0]?.slice(0, 60);
  it(`works: ${block.file}:${block.line} ${title}`, async function () {
    const missing = missingProgram(block);
    skipWithout(this, `${block.file}:${block.line}`, missing && `no ${missing}`);
    await runBlock(block, surroundings());
  });
}

function linksOf(file: string): { target: string; anchor: string; written: string }[] {
  const { prose } = documents.find((one) => one.file === file) as { prose: string };
  const written = [...prose.matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"/g)].map(
    ([, link, image]) => (link ?? image) as string,
  );
  return (
    written
      // The forge's own addresses, such as the badge of CI, are no files.
      .filter((link) => !/^([a-z]+:|\.\.\/\.\.\/actions\/)/.test(link))
      .map((link) => {
        const [path = '', anchor = ''] = link.split('#');
        return {
          target: path ? normalize(join(dirname(file), path)) : file,
          anchor,
          written: link,
        };
      })
  );
}

/** Whether there is such a script, and its command has these options. */
function knows(name: string, rest: string): boolean {
  if (!scripts.includes(name)) return false;
  const source = existsSync(join(PROJECT, `bin/${name}.ts`)) ? read(`bin/${name}.ts`) : '';
  const common = ['--help', ...(/runTask|runLocalTask/.test(source) ? ['--json', '--quiet'] : [])];
  const options = [
    ...source.matchAll(/(?:\.(?:option|requiredOption)\(\s*|new Option\(\s*)'(--[\w-]+)/g),
  ].map(([, option]) => option);
  return (rest.match(/--[a-z][\w-]*/g) ?? []).every((option) =>
    [...common, ...options].includes(option),
  );
}
