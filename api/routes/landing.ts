import { fileURLToPath } from 'node:url';
import { Router } from 'express';
import { inTime } from '../in-time.ts';
import type { PipelineHealth, PipelineQueries } from '../queries/pipeline.ts';
import type { Rate, RateQueries } from '../queries/rates.ts';

const STYLES = fileURLToPath(new URL('../dashboard/landing.css', import.meta.url));

/** The page that a newcomer sees: the newest rates, and in plain words whatever keeps them from being there or from being real. */
export function landingRoutes({
  rates,
  pipeline,
  currencies,
}: {
  rates: RateQueries;
  pipeline: PipelineQueries;
  currencies: readonly string[];
}): Router {
  const router = Router();
  router.get('/', async (_req, res) => {
    const [newest, health, pull] = await inTime(
      Promise.all([rates.latest(currencies), pipeline.health(), pipeline.pullTrouble()]),
    );
    const again = pull?.next_attempt_at ? `; it is tried again at ${minute(pull.next_attempt_at)}` : '';
    const troubles = pull ? [`The last pull has brought nothing yet: ${pull.error}${again}.`] : [];
    res.set('Cache-Control', 'no-store').send(page(newest, [...troubles, ...sentences(health)]));
  });
  router.get('/landing.css', (_req, res) => res.sendFile(STYLES));
  return router;
}

function page(rates: readonly Rate[], troubles: readonly string[]): string {
  const simulated = rates.some(({ source }) => source === 'simulator');
  const missing = rates.length === 0 ? '<p class="empty">No rates yet. This page looks again every five seconds.</p>' : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${rates.length === 0 ? '<meta http-equiv="refresh" content="5">' : ''}
<title>USD rates</title>
<link rel="stylesheet" href="/landing.css">
</head>
<body>
<main>
<h1>USD rates</h1>
${simulated ? '<p class="banner" role="status"><strong>SIMULATED</strong> These rates are made up by the built-in XE simulator. Set XE_ACCOUNT_ID and XE_API_KEY for real ones.</p>' : ''}
${troubles.map((trouble) => `<p class="trouble" role="alert">${escaped(trouble)}</p>`).join('\n')}
${missing || table(rates)}
<p class="links"><a href="/v1/rates">/v1/rates</a> <a href="/v1/rates/update">pull now</a> <a href="/docs">the API</a> <a href="/readyz">health</a></p>
</main>
</body>
</html>
`;
}

function table(rates: readonly Rate[]): string {
  const rows = rates.map(
    ({ quote_currency, mid, inverse, rate_date, fetched_at, suspect }) =>
      `<tr><th scope="row">${quote_currency}</th><td>${mid}${suspect ? ' <abbr title="more than 20 % off the day before">?</abbr>' : ''}</td>` +
      `<td>${inverse}</td><td>${rate_date}</td><td>${minute(fetched_at)}</td></tr>`,
  );
  return `<table>
<thead><tr><th scope="col">Currency</th><th scope="col">for 1 USD</th><th scope="col">USD for 1</th><th scope="col">Day (UTC)</th><th scope="col">Fetched</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}

function sentences(health: PipelineHealth): string[] {
  return Object.entries(health).flatMap(([service, trouble]) => (trouble ? [`The ${service} reports: ${trouble}.`] : []));
}

/** `2026-11-24T01:00:02.345Z` → `2026-11-24 01:00 UTC`. */
function minute(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
