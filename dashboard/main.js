// @ts-check
import { getParam, onParamsChange, setParams } from './data/params.js';
import { h, render } from './ui/dom.js';

/** @typedef {{ open: (place: HTMLElement, signal: AbortSignal) => unknown }} View */

/** @type {Record<string, { title: string, load: () => Promise<View> }>} */
const VIEWS = {
  rates: { title: 'Rates', load: () => import('./views/rates-view.js') },
  pipeline: { title: 'Pipeline', load: () => import('./views/pipeline-view.js') },
  loans: { title: 'Loan book', load: () => import('./views/loans-view.js') },
};

const FIRST_MS = 1000;

const place = document.getElementById('view');
const links = [...document.querySelectorAll('a[data-view]')];
let shown = '';
let leaving = new AbortController();

async function follow() {
  const name = getParam('view', 'rates') in VIEWS ? getParam('view', 'rates') : 'rates';
  if (name === shown || !place) return;
  shown = name;
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
  if (signal.aborted) return;
  // A link into a part of the page that was not there when the browser looked for it.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="/?view="]') : null;
  if (
    !link ||
    event.defaultPrevented ||
    event.button !== 0 ||
    event.ctrlKey ||
    event.metaKey ||
    event.shiftKey
  )
    return;
  event.preventDefault();
  const url = new URL(link.getAttribute('href') ?? '/', location.href);
  // What one view keeps in the address is of no use to another.
  const cleared = Object.fromEntries(
    [...new URLSearchParams(location.search).keys()].map((name) => [name, null]),
  );
  setParams({ ...cleared, ...Object.fromEntries(url.searchParams) });
  if (url.hash)
    requestAnimationFrame(() => document.getElementById(url.hash.slice(1))?.scrollIntoView());
});

/** A file that does not come must not take the rest of the page with it. */
function broken() {
  place?.append(
    h(
      'div',
      { class: 'notice wrong', role: 'alert' },
      h('p', {}, 'A part of this page could not be loaded.'),
      h(
        'button',
        { type: 'button', class: 'button', click: () => location.reload() },
        'Load it again',
      ),
    ),
  );
}

onParamsChange(() => void follow().catch(broken));
// What a person came for goes first; the strip, the banners and the live events wait for it, but not for ever.
await Promise.race([
  follow().catch(broken),
  new Promise((resolve) => setTimeout(resolve, FIRST_MS)),
]);
await import('./ui/surroundings.js').then(({ surround }) => surround(), broken);
