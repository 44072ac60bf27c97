import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RequestHandler, Router } from 'express';
import type { Source } from '../ledger/run.ts';
import { sendReady } from './http/caching.ts';
import { onlyMethods } from './http/problems.ts';

const PAGE = fileURLToPath(new URL('../dashboard/', import.meta.url));
const CHARTS = join(dirname(createRequire(import.meta.url).resolve('uplot/package.json')), 'dist');
const VENDORED = ['uPlot.iife.min.js', 'uPlot.min.css'];
/** In the order in which they build on each other. They go out as one: nothing is on the screen before the last of them is there. */
const STYLES = ['base', 'frame', 'banners', 'parts', 'tables', 'rates', 'panels'];
/** Told by the page itself: a banner that came later would push down what is read already. */
const SIMULATED = {
  hidden: '<div class="banner simulated" hidden>',
  shown: '<div class="banner simulated">',
};
/** What lies in the folder beside these is for the type checker alone. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface DashboardDeps {
  source: Source;
}

/**
 * The dashboard: one page and its files as they lie there, but that the page says at once where rates are simulated. They are asked for
 * anew each time, which a 304 makes cheap.
 */
export function dashboardRoutes({ source }: DashboardDeps): Router {
  const router = Router();
  const files = new Map(
    readdirSync(PAGE, { encoding: 'utf8', recursive: true })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => extname(name) in TYPES)
      .map((name) => [name, sending([name])]),
  );
  files.set('page.css', sending(STYLES.map((name) => `styles/${name}.css`)));
  const page = (html: string) =>
    source === 'simulator' ? html.replace(SIMULATED.hidden, SIMULATED.shown) : html;
  router.get('/', sending(['index.html'], page));
  router.get('/dashboard/*file', (req, res, next) => {
    const send = files.get(req.params.file.join('/'));
    if (send) send(req, res, next);
    else next('router');
  });
  for (const file of VENDORED)
    router.get(`/vendor/${file}`, (_req, res) =>
      res.sendFile(file, { root: CHARTS, maxAge: '1h' }),
    );
  router.all(
    ['/', '/dashboard/{*file}', ...VENDORED.map((file) => `/vendor/${file}`)],
    onlyMethods('GET', 'HEAD'),
  );
  return router;
}

/** Sends files as one, from memory; they are read when they are first asked for, and again when one has changed on the disk. */
function sending(names: readonly string[], edit = (text: string) => text): RequestHandler {
  const paths = names.map((name) => join(PAGE, name));
  let held: { headers: Record<string, string>; body: Buffer; version: string } | undefined;
  return (req, res) => {
    const version = paths.map((path) => statSync(path).mtimeMs).join();
    if (held?.version !== version) {
      const body = Buffer.from(edit(paths.map((path) => readFileSync(path, 'utf8')).join('')));
      const headers = {
        'Content-Type': TYPES[extname(paths[0] ?? '')] ?? 'application/octet-stream',
        'Content-Length': String(body.length),
        ETag: `"${createHash('sha256').update(body).digest('base64url')}"`,
        'Cache-Control': 'no-cache',
      };
      held = { headers, body, version };
    }
    sendReady(req, res, held);
  };
}
