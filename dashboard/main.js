// @ts-check
import { openEventStream } from './data/event-stream.js';
import { getChoice, listUnknown, onParamsChange, setParams } from './data/params.js';
import { takeTurn } from './data/schedule.js';
import { refreshStatus } from './data/status.js';
import { showBanners } from './ui/banners.js';
import { createButton, createNotice, h, render } from './ui/dom.js';
import { showHealthStrip } from './ui/health-strip.js';
import { LOANS_VIEW } from './views/loans-view.js';
import { PIPELINE_VIEW } from './views/pipeline-view.js';
import { RATES_VIEW } from './views/rates-view.js';

/** @typedef {(place: HTMLElement, signal: AbortSignal) => unknown} OpenView */

/** @typedef {import('./data/params.js').Values} Values */

/**
 * Imported by name: `import * as` makes the bundle load a second script.
 * @type {Record<string, { title: string, open: OpenView, PARAMS: Record<string, Values> }>}
 */
const VIEWS = { rates: RATES_VIEW, pipeline: PIPELINE_VIEW, loans: LOANS_VIEW };
/** The frame does not wait longer than this for the view, which has priority. */
const VIEW_FIRST_MS = 1000;

const place = document.getElementById('view');
/** Names what of the URL is ignored. */
const ignored = h('div', { role: 'status' });
const links = [...document.querySelectorAll('a[data-view]')];
let current = '';
let leaving = new AbortController();

async function showView() {
  const name = getChoice('view', Object.keys(VIEWS), 'rates');
  showIgnored(name);
  if (name === current || !place) return;
  current = name;
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const { title, open } = /** @type {(typeof VIEWS)[string]} */ (VIEWS[name]);
  document.title = `${title} · fx-rates`;
  for (const link of links) {
    if (link.getAttribute('data-view') === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  render(place, ignored);
  place.className = `view view-${name}`;
  await open(place, signal);
  if (!signal.aborted) scrollToHash(location.hash);
}

/** @param {string} name of the view */
function showIgnored(name) {
  const unknown = listUnknown({ view: Object.keys(VIEWS), ...VIEWS[name]?.PARAMS });
  const text = `Unknown in the URL, ignored: ${unknown.join(', ')}.`;
  ignored.hidden = unknown.length === 0;
  render(ignored, !ignored.hidden && createNotice('wrong', text));
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
  const params = { ...Object.fromEntries(cleared), ...Object.fromEntries(url.searchParams) };
  setParams(params, { hash: url.hash });
  requestAnimationFrame(() => scrollToHash(url.hash));
}

/** A view that fails must not take the rest of the page down. */
function showLoadError() {
  const reload = createButton('Reload', () => location.reload());
  const message = h('p', 'A part of this page failed to load.');
  place?.append(h('div.notice.wrong', { role: 'alert' }, message, reload));
}

/** What surrounds every view, and what keeps it up to date. */
function startFrame() {
  const strip = document.getElementById('health');
  const banners = document.getElementById('banners');
  if (strip) showHealthStrip(strip);
  if (banners) showBanners(banners);
  void refreshStatus();
  openEventStream();
}

document.addEventListener('click', followLink);
onParamsChange(() => void showView().catch(showLoadError));
await takeTurn();
await Promise.race([
  showView().catch(showLoadError),
  new Promise((resolve) => setTimeout(resolve, VIEW_FIRST_MS)),
]);
startFrame();
