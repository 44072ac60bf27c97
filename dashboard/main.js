// @ts-check
import { getParam, onParamsChange, setParams } from './data/params.js';
import { createButton, h, render } from './ui/dom.js';

/** @typedef {{ open: (place: HTMLElement, signal: AbortSignal) => unknown }} View */

/** @type {Record<string, { title: string, load: () => Promise<View> }>} */
const VIEWS = {
  rates: { title: 'Rates', load: () => import('./views/rates-view.js') },
  pipeline: { title: 'Pipeline', load: () => import('./views/pipeline-view.js') },
  loans: { title: 'Loan book', load: () => import('./views/loans-view.js') },
};
/** The frame does not wait longer than this for the view, which has priority. */
const VIEW_FIRST_MS = 1000;

const place = document.getElementById('view');
const links = [...document.querySelectorAll('a[data-view]')];
let current = '';
let leaving = new AbortController();

async function showView() {
  const name = getParam('view', 'rates') in VIEWS ? getParam('view', 'rates') : 'rates';
  if (name === current || !place) return;
  current = name;
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const { title, load } = /** @type {(typeof VIEWS)[string]} */ (VIEWS[name]);
  document.title = `${title} · fx-rates`;
  for (const link of links) {
    if (link.getAttribute('data-view') === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const { open } = await load();
  if (signal.aborted) return;
  render(place);
  place.className = `view view-${name}`;
  await open(place, signal);
  if (!signal.aborted) scrollToHash(location.hash);
}

/** @param {string} hash */
const scrollToHash = (hash) => hash && document.getElementById(hash.slice(1))?.scrollIntoView();

/** Turns links between views into history entries. @param {MouseEvent} event */
function followLink(event) {
  const { target } = event;
  const link = target instanceof Element ? target.closest('a[href^="?view="]') : null;
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!link || event.defaultPrevented || !plain) return;
  event.preventDefault();
  const url = new URL(link.getAttribute('href') ?? '', location.href);
  // Parameters belong to one view.
  const cleared = [...new URLSearchParams(location.search).keys()].map((name) => [name, null]);
  setParams({ ...Object.fromEntries(cleared), ...Object.fromEntries(url.searchParams) });
  requestAnimationFrame(() => scrollToHash(url.hash));
}

/** A module that fails to load must not take the rest of the page down. */
function showLoadError() {
  const reload = createButton('Reload', () => location.reload());
  const message = h('p', {}, 'A part of this page failed to load.');
  place?.append(h('div', { class: 'notice wrong', role: 'alert' }, message, reload));
}

/** What surrounds every view, and what keeps it up to date. */
async function startFrame() {
  const [{ showBanners }, { showHealthStrip }, { openEventStream }, { refreshStatus }] =
    await Promise.all([
      import('./ui/banners.js'),
      import('./ui/health-strip.js'),
      import('./data/event-stream.js'),
      import('./data/status.js'),
    ]);
  const strip = document.getElementById('health');
  const banners = document.getElementById('banners');
  if (strip) showHealthStrip(strip);
  if (banners) showBanners(banners);
  void refreshStatus();
  openEventStream();
}

document.addEventListener('click', followLink);
onParamsChange(() => void showView().catch(showLoadError));
await Promise.race([
  showView().catch(showLoadError),
  new Promise((resolve) => setTimeout(resolve, VIEW_FIRST_MS)),
]);
await startFrame().catch(showLoadError);
