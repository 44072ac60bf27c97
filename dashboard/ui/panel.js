// @ts-check
import { Problem, Unreachable } from '../data/api.js';
import { h, render } from './dom.js';

/** @typedef {{ root: HTMLElement, body: HTMLElement, load: (build: Build) => Promise<void> }} Panel */
/** @typedef {() => Promise<readonly (Node | string | null | false)[]>} Build */

const AGAIN_MS = 10_000;
let made = 0;

/**
 * A part of the page that fills itself, and says so while it loads, when there is nothing, when it cannot be had and when what it
 * shows has grown old.
 * @param {{ title: string, signal: AbortSignal, tools?: readonly (Node | null | false)[], class?: string, lines?: number }} of
 * lines: how high it will roughly be, so that the page does not jump
 * @returns {Panel}
 */
export function createPanel({ title, signal, tools = [], class: kind = '', lines = 4 }) {
  made += 1;
  const id = `panel-${made}`;
  const notice = h('div', { class: 'panel-notice', role: 'status' });
  const body = h('div', { class: 'panel-body' }, createSkeleton(lines));
  const root = h(
    'section',
    { class: `panel ${kind}`, 'aria-labelledby': id },
    h(
      'div',
      { class: 'panel-head' },
      h('h2', { id }, title),
      h('div', { class: 'row tools' }, tools),
    ),
    notice,
    body,
  );
  let filled = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  let newest = 0;
  /** @type {() => void} */
  let again = () => {};
  addEventListener('online', () => notice.childNodes.length > 0 && again(), { signal });
  signal.addEventListener('abort', () => clearTimeout(later));

  /** @type {Panel['load']} */
  const load = async (build) => {
    newest += 1;
    const mine = newest;
    clearTimeout(later);
    again = () => void load(build);
    root.setAttribute('aria-busy', 'true');
    try {
      const content = await build();
      if (signal.aborted || mine !== newest) return;
      refill(body, content);
      render(notice);
      filled = true;
    } catch (error) {
      if (signal.aborted || mine !== newest) return;
      if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
      render(notice, trouble(error, { filled, again }));
      if (!filled) render(body);
      if (error instanceof Unreachable || error.status === 503) later = setTimeout(again, AGAIN_MS);
    } finally {
      if (mine === newest) root.removeAttribute('aria-busy');
    }
  };
  return { root, body, load };
}

/** Whoever was on something with a key is on it again afterwards, and what was open is. @param {HTMLElement} body @param {Awaited<ReturnType<Build>>} content */
function refill(body, content) {
  const key =
    body.contains(document.activeElement) && document.activeElement?.getAttribute('data-key');
  const opened = new Set(
    [...body.querySelectorAll('details[open] > summary')].map(({ textContent }) => textContent),
  );
  render(body, ...content);
  for (const details of body.querySelectorAll('details'))
    details.open = opened.has(details.querySelector('summary')?.textContent ?? '');
  if (key)
    /** @type {HTMLElement | null} */ (
      body.querySelector(`[data-key="${CSS.escape(key)}"]`)
    )?.focus();
}

/** @param {Error} error @param {{ filled: boolean, again: () => void }} how */
function trouble(error, { filled, again }) {
  const waits = error instanceof Unreachable || (error instanceof Problem && error.status === 503);
  const old = filled ? ' What is shown is from before.' : '';
  const next = waits ? ' It is tried again every ten seconds.' : '';
  return h(
    'div',
    { class: 'notice wrong' },
    h(
      'p',
      {},
      h('strong', {}, waits ? 'No answer. ' : 'This cannot be shown. '),
      `${error.message}${old}${next}`,
    ),
    h('button', { type: 'button', class: 'button', click: again }, 'Try again'),
  );
}

/** What stands where something will be, about as high. @param {number} lines */
export function createSkeleton(lines) {
  return h(
    'div',
    { class: 'skeleton' },
    h('span', { class: 'unseen' }, 'Loading'),
    Array.from({ length: lines }, () => h('span', { class: 'bone' })),
  );
}

/** @param {string} what @param {string} [hint] */
export function createEmptyState(what, hint) {
  return h(
    'div',
    { class: 'nothing' },
    h('p', {}, h('strong', {}, what)),
    hint ? h('p', {}, hint) : null,
  );
}
