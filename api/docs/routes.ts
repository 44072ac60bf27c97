import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Router } from 'express';
import { PROBLEM_KINDS, type ProblemKind } from '../http/problem-kinds.ts';
import { onlyMethods, Refused } from '../http/problems.ts';

const require = createRequire(import.meta.url);
const OURS = fileURLToPath(new URL('.', import.meta.url));
// Only looked up: importing the package would run its 1.4 MB of browser code at every start. Not by import.meta.resolve, with which
// mocha loads what the tests share a second time, and never stops the servers of that one.
const VIEWER_FILES = dirname(require.resolve('swagger-ui-dist/package.json'));
const VIEWER = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** The contract as a page, and a page for each kind of error, all of it served from here. */
export function docsRoutes(): Router {
  const router = Router();
  router.get('/docs', (_req, res) => res.sendFile('index.html', { root: OURS }));
  router.get('/docs/viewer.js', (_req, res) => res.sendFile('viewer.js', { root: OURS }));
  for (const file of VIEWER)
    router.get(`/docs/${file}`, (_req, res) =>
      res.sendFile(file, { root: VIEWER_FILES, maxAge: '1h' }),
    );
  router.get('/docs/errors', (_req, res) => {
    const rows = Object.entries(PROBLEM_KINDS).map(
      ([kind, [status, title]]) =>
        `<tr><td>${status}</td><td><a href="/docs/errors/${kind}">${title}</a></td><td>${kind}</td></tr>`,
    );
    res.send(
      page(
        'Errors',
        `<table><thead><tr><th>Status</th><th>Title</th><th>Kind</th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
      ),
    );
  });
  router.get('/docs/errors/:kind', (req, res) => {
    const { kind } = req.params;
    if (!Object.hasOwn(PROBLEM_KINDS, kind))
      throw new Refused('not-found', `there is no kind of error named ${kind.slice(0, 80)}`);
    const [status, title, text] = PROBLEM_KINDS[kind as ProblemKind];
    const shown = text.replace(/`([^`]+)`/g, '<code>$1</code>');
    res.send(
      page(
        title,
        `<p>Status ${status}, <code>${kind}</code></p><p>${shown}</p><p class="links"><a href="/docs/errors">all errors</a> <a href="/docs">the API</a></p>`,
      ),
    );
  });
  router.all(['/docs', '/docs/errors', '/docs/errors/:kind'], onlyMethods('GET', 'HEAD'));
  return router;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/dashboard/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/dashboard/styles/base.css">
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}
