import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RequestHandler, Router } from 'express';
import type { Source } from '../ledger/run.ts';
import { sendCached } from './http/caching.ts';
import { refuseOtherMethods } from './http/problems.ts';

const { resolve } = createRequire(import.meta.url);
const PAGE = fileURLToPath(new URL('../dashboard/', import.meta.url));
/** Files of packages, as the page loads them: name under /dashboard/vendor and folder. */
const VENDORED: Readonly<Record<string, string>> = {
  'uPlot.iife.min.js': join(dirname(resolve('uplot/package.json')), 'dist'),
  'uPlot.min.css': join(dirname(resolve('uplot/package.json')), 'dist'),
  'decimal.min.js': dirname(resolve('decimal.js-light/package.json')),
};
/** Sent as one file, in cascade order: rendering waits for the last of them anyway. */
const STYLES = ['base', 'frame', 'banners', 'parts', 'tables', 'rates', 'panels'];
/** Part of the page as served: a banner that arrives later would shift the content. */
const SIMULATED = {
  hidden: '<div class="banner simulated" hidden>',
  shown: '<div class="banner simulated">',
};
/** Other files in the folder are for the type checker only. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface DashboardDeps {
  source: Source;
}

/** Serves the page and its modules unbuilt; browsers revalidate each, which a 304 makes cheap. */
export function dashboardRoutes({ source }: DashboardDeps): Router {
  const router = Router();
  const files = new Map(
    readdirSync(PAGE, { encoding: 'utf8', recursive: true })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => extname(name) in CONTENT_TYPES)
      .map((name) => [name, sendFiles([name], name.endsWith('.js') ? stripComments : undefined)]),
  );
  files.set('page.css', sendFiles(STYLES.map((name) => `styles/${name}.css`)));
  const showSimulated = (html: string) =>
    source === 'simulator' ? html.replace(SIMULATED.hidden, SIMULATED.shown) : html;
  router.get('/', sendFiles(['index.html'], showSimulated));
  for (const [file, root] of Object.entries(VENDORED))
    router.get(`/dashboard/vendor/${file}`, (_req, res) =>
      res.sendFile(file, { root, maxAge: '1h' }),
    );
  router.get('/dashboard/*file', (req, res, next) => {
    const send = files.get(req.params.file.join('/'));
    if (send) send(req, res, next);
    else next('router');
  });
  router.all(['/', '/dashboard/{*file}'], refuseOtherMethods('GET', 'HEAD'));
  return router;
}

/**
 * Comments are a fifth of the bytes of the modules, 147 kB with them. Their line ends
 * stay, so that stack traces point into the files.
 */
const stripComments = (text: string) =>
  text.replace(/^ *\/\*\*[\s\S]*?\*\/|^ *\/\/.*/gm, (comment) => comment.replace(/[^\n]/g, ''));

/** Sends files as one from memory; reads them again when one has changed on disk. */
function sendFiles(names: readonly string[], edit = (text: string) => text): RequestHandler {
  const paths = names.map((name) => join(PAGE, name));
  let cached: { headers: Record<string, string>; body: Buffer; version: string } | undefined;
  return (req, res) => {
    const version = paths.map((path) => statSync(path).mtimeMs).join();
    if (cached?.version !== version) {
      const body = Buffer.from(edit(paths.map((path) => readFileSync(path, 'utf8')).join('')));
      const headers = {
        'Content-Type': CONTENT_TYPES[extname(paths[0] ?? '')] ?? 'application/octet-stream',
        'Content-Length': String(body.length),
        ETag: `"${createHash('sha256').update(body).digest('base64url')}"`,
        'Cache-Control': 'no-cache',
      };
      cached = { headers, body, version };
    }
    sendCached(req, res, cached);
  };
}
