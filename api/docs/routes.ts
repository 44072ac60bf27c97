import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Router } from 'express';
import { PROBLEM_KINDS, type ProblemKind } from '../http/problem-kinds.ts';
import { Refused, refuseOtherMethods } from '../http/problems.ts';
import { guideRoutes } from './guide.ts';
import { formatPage } from './page.ts';

const require = createRequire(import.meta.url);
const OURS = fileURLToPath(new URL('.', import.meta.url));
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
  router.use(guideRoutes());
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
