import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Request, type RequestHandler, Router } from 'express';
import { SIMULATOR } from '../ledger/credentials.ts';
import type { Source } from '../ledger/run.ts';
import { eTagOf, sendCached } from './http/caching.ts';
import { PROBLEM_KINDS, type ProblemKind } from './http/problem-kinds.ts';
import { Refused, refuseOtherMethods } from './http/problems.ts';
import { SECURITY_HEADERS } from './http/server.ts';

const PAGE = fileURLToPath(new URL('../dashboard/', import.meta.url));
/** Bundled with what they import; index.html names them. */
const ENTRIES = ['main.js', 'page.css'];
/** Files under their own names: the pages of the documentation use them too. */
const PLAIN = ['icon.svg', 'styles/base.css'];
/** An upgrade in place may delete a file. */
const OPTIONAL = { throwIfNoEntry: false };
const RATES_PAGE = 'index.html';
/** Without the preload of rates that it does not show. */
const OTHER_PAGE = 'other.html';
const PRELOAD = /<link rel="preload".*\n/;
const BROWSERS = ['chrome109', 'firefox115', 'safari16'];
/** Part of the page as served: a banner that arrives later would shift the content. */
const SIMULATED = {
  hidden: '<div class="banner simulated" hidden>',
  shown: '<div class="banner simulated">',
};
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json; charset=utf-8',
};

export interface DashboardDeps {
  source: Source;
}
type File = ReturnType<typeof fileOf>;

/**
 * Serves the page. Its modules are bundled in memory at the first visit and again when one has
 * changed on disk. A bundle has its hash in its name, so browsers keep it for good.
 */
export function dashboardRoutes({ source }: DashboardDeps): Router {
  const router = Router();
  const sources = readdirSync(PAGE, { encoding: 'utf8', recursive: true })
    .map((name) => join(PAGE, name))
    .filter((path) => extname(path) in CONTENT_TYPES);
  let bundled: { version: string; files: Promise<ReadonlyMap<string, File>> } | undefined;
  const send =
    (nameOf: (req: Request) => string): RequestHandler =>
    async (req, res, next) => {
      const version = sources.map((path) => statSync(path, OPTIONAL)?.mtimeMs).join();
      if (bundled?.version !== version) {
        bundled = { version, files: bundle(source) };
        bundled.files.catch(() => {
          bundled = undefined;
        });
      }
      const file = (await bundled.files).get(nameOf(req));
      return file ? sendCached(req, res, file) : next('router');
    };
  const isRatesView = ({ query }: Request) => (query['view'] ?? 'rates') === 'rates';
  router.get(
    '/',
    send((req) => (isRatesView(req) ? RATES_PAGE : OTHER_PAGE)),
  );
  router.get(
    '/dashboard/*file',
    send(({ path }) => path.slice('/dashboard/'.length)),
  );
  router.all(['/', '/dashboard/{*file}'], refuseOtherMethods('GET', 'HEAD'));
  return router;
}

/** Every file of the page by its name under /dashboard. */
async function bundle(source: Source): Promise<ReadonlyMap<string, File>> {
  // Only an API that shows the page needs it.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: PAGE,
    entryPoints: ENTRIES,
    entryNames: '[name]-[hash]',
    outdir: PAGE,
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    minify: true,
    format: 'esm',
    // CommonJS would need a third script, for its helpers.
    mainFields: ['module', 'main'],
    target: BROWSERS,
    sourcemap: 'linked',
    write: false,
  });
  const files = new Map<string, File>();
  let page = readFileSync(join(PAGE, 'index.html'), 'utf8');
  if (source === SIMULATOR.source) page = page.replace(SIMULATED.hidden, SIMULATED.shown);
  for (const { path, contents } of outputFiles) {
    const name = path.slice(PAGE.length);
    page = page.replaceAll(name.replace(/-[A-Z0-9]+(?=\.\w+$)/, ''), name);
    files.set(name, fileOf(name, Buffer.from(contents), 'public, max-age=31536000, immutable'));
  }
  for (const [name, text] of [
    [RATES_PAGE, page],
    [OTHER_PAGE, page.replace(PRELOAD, '')],
  ] as const)
    files.set(name, fileOf(name, Buffer.from(text), 'no-cache'));
  for (const name of PLAIN)
    files.set(name, fileOf(name, readFileSync(join(PAGE, name)), 'public, max-age=3600'));
  return files;
}

function fileOf(name: string, body: Buffer, cacheControl: string) {
  const headers = {
    'Content-Type': CONTENT_TYPES[extname(name)] ?? 'application/octet-stream',
    'Content-Length': String(body.length),
    // A 304 keeps the old policy.
    ETag: eTagOf(body, name.endsWith('.html') ? SECURITY_HEADERS['Content-Security-Policy'] : ''),
    'Cache-Control': cacheControl,
    Vary: 'Accept-Encoding',
  };
  return { body, headers };
}

const require = createRequire(import.meta.url);
const OURS = fileURLToPath(new URL('docs', import.meta.url));
// Only located: importing the package would run 1.4 MB of browser code at every start. Not with
// import.meta.resolve: mocha would then load the shared test modules twice.
const VIEWER_FILES = dirname(require.resolve('swagger-ui-dist/package.json'));
const VIEWER = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** The contract as a page with try-it-out, and a page for each kind of error, served from here. */
export function docsRoutes(): Router {
  const router = Router();
  router.get('/docs', (_req, res) => res.sendFile('index.html', { root: OURS }));
  router.get('/docs/viewer.js', (_req, res) => res.sendFile('viewer.js', { root: OURS }));
  for (const file of VIEWER)
    router.get(`/docs/${file}`, (_req, res) =>
      res.sendFile(file, { root: VIEWER_FILES, maxAge: '1h' }),
    );
  router.get('/docs/errors', (_req, res) => void res.send(errorList()));
  router.get('/docs/errors/:kind', (req, res) => {
    const { kind } = req.params;
    if (!Object.hasOwn(PROBLEM_KINDS, kind))
      throw new Refused('not-found', `there is no kind of error named ${kind.slice(0, 80)}`);
    res.send(errorPage(kind as ProblemKind));
  });
  router.all(['/docs', '/docs/errors', '/docs/errors/:kind'], refuseOtherMethods('GET', 'HEAD'));
  return router;
}

function errorList(): string {
  const rows = Object.entries(PROBLEM_KINDS).map(
    ([kind, [status, title]]) =>
      `<tr><td>${status}</td><td><a href="errors/${kind}">${title}</a></td><td>${kind}</td></tr>`,
  );
  const head = '<tr><th>Status</th><th>Title</th><th>Kind</th></tr>';
  const table = `<table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table>`;
  return formatPage({ title: 'Errors', body: inMain('Errors', table), root: '..' });
}

function errorPage(kind: ProblemKind): string {
  const [status, title, text] = PROBLEM_KINDS[kind];
  const shown = text.replace(/`([^`]+)`/g, '<code>$1</code>');
  const links = '<a href="../errors">all errors</a> <a href="../../docs">the API</a>';
  const body = `<p>Status ${status}, <code>${kind}</code></p><p>${shown}</p>`;
  const content = `${body}<p class="links">${links}</p>`;
  return formatPage({ title, body: inMain(title, content), root: '../..' });
}

const inMain = (title: string, content: string) => `<main>\n<h1>${title}</h1>\n${content}\n</main>`;

interface Page {
  /** HTML, as the body is: text is escaped by the caller. */
  readonly title: string;
  readonly body: string;
  /** Relative URL of the API's root, no trailing slash, so that any path prefix works. */
  readonly root: string;
  /** More HTML for the head, with its line end. */
  readonly head?: string;
}

/** A whole HTML page with the dashboard's base style sheet. */
export function formatPage({ title, body, root, head = '' }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${root}/dashboard/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${root}/dashboard/styles/base.css">
${head}</head>
<body>
${body}
</body>
</html>
`;
}
