import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';
import { onlyMethods } from '../problem.ts';

const PAGE = fileURLToPath(new URL('../dashboard', import.meta.url));
const CHARTS = join(dirname(createRequire(import.meta.url).resolve('uplot/package.json')), 'dist');
const VENDORED = ['uPlot.iife.min.js', 'uPlot.min.css'];
/** In the order in which they build on each other. They go out as one: nothing is on the screen before the last of them is there. */
const STYLES = ['base', 'frame', 'parts', 'tables', 'rates', 'panels'];
/** What lies in the folder for the type checker alone. */
const NOT_SERVED = /\.(ts|json)$/;

/** The dashboard: one page and its files as they lie there, asked for anew each time, which a 304 makes cheap. */
export function dashboardRoutes(): Router {
  const router = Router();
  const styles = STYLES.map((name) => readFileSync(join(PAGE, `${name}.css`), 'utf8')).join('');
  const tag = `"${createHash('sha256').update(styles).digest('base64url')}"`;
  router.get('/', (_req, res) => res.sendFile('index.html', { root: PAGE, cacheControl: false, headers: FRESH }));
  router.get('/dashboard/page.css', (_req, res) =>
    res
      .set({ ...FRESH, ETag: tag })
      .type('css')
      .send(styles),
  );
  router.use('/dashboard', (req, _res, next) => next(NOT_SERVED.test(req.path) ? 'router' : undefined), files(PAGE));
  for (const file of VENDORED) router.get(`/vendor/${file}`, (_req, res) => res.sendFile(file, { root: CHARTS, maxAge: '1h' }));
  router.all(['/', '/dashboard/{*file}', ...VENDORED.map((file) => `/vendor/${file}`)], onlyMethods('GET', 'HEAD'));
  return router;
}

const FRESH = { 'Cache-Control': 'no-cache' };

function files(folder: string) {
  return express.static(folder, {
    index: false,
    redirect: false,
    cacheControl: false,
    setHeaders: (res) => void res.setHeader('Cache-Control', FRESH['Cache-Control']),
  });
}
