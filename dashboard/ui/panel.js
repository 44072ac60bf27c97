// @ts-check
import { Problem, Unreachable } from '../data/api.js';
import { waitForView } from '../data/schedule.js';
import { createButton, h, render } from './dom.js';

/** @typedef {(build: Build) => Promise<void>} Load */
/** @typedef {{ root: HTMLElement, body: HTMLElement, load: Load }} Panel */
/** @typedef {readonly (Node | string | null | false)[]} Content */
/** @typedef {() => Promise<Content>} Build */

const RETRY_MS = 10_000;
let count = 0;

/**
 * A section that loads its own content and shows when it is loading, empty, failed or outdated.
 * @param {object} options
 * @param {string} options.title
 * @param {AbortSignal} options.signal
 * @param {readonly (Node | null | false)[]} [options.tools]
 * @param {string} [options.class]
 * @param {number} [options.lines] the height to reserve, so that the page does not jump
 * @returns {Panel}
 */
export function createPanel({ title, signal, tools = [], class: kind = '', lines = 4 }) {
  count += 1;
  const id = `panel-${count}`;
  const notice = h('div', { class: 'panel-notice', role: 'status' });
  const body = h('div', { class: 'panel-body' }, createSkeleton(lines));
  const heading = h('h2', { id }, title);
  const root = h(
    'section',
    { class: `panel ${kind}`, 'aria-labelledby': id },
    h('div', { class: 'panel-head' }, heading, h('div', { class: 'row tools' }, tools)),
    notice,
    body,
  );
  return { root, body, load: createLoader({ root, notice, body, signal }) };
}

/**
 * Loads one build at a time, none before the panel is in view; a newer one wins. Outages are
 * retried.
 * @param {{ root: HTMLElement, notice: Element, body: HTMLElement, signal: AbortSignal }} parts
 * @returns {Load}
 */
function createLoader({ root, notice, body, signal }) {
  let filled = false;
  let newest = 0;
  const inView = waitForView(root, signal);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {() => void} */
  let retry = () => {};
  addEventListener('online', () => notice.childNodes.length > 0 && retry(), { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));

  return async function load(build) {
    newest += 1;
    const mine = newest;
    const isObsolete = () => signal.aborted || mine !== newest;
    clearTimeout(timer);
    retry = () => void load(build);
    await inView;
    if (isObsolete()) return;
    root.setAttribute('aria-busy', 'true');
    try {
      const content = await build();
      if (isObsolete()) return;
      refill(body, content);
      render(notice);
      filled = true;
    } catch (error) {
      if (isObsolete()) return;
      if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
      const temporary = error instanceof Unreachable || error.status === 503;
      render(notice, createErrorNotice(error, { temporary, filled, retry }));
      if (!filled) render(body);
      if (temporary) timer = setTimeout(retry, RETRY_MS);
    } finally {
      if (mine === newest) root.removeAttribute('aria-busy');
    }
  };
}

/** Keeps the focus and what was open. @param {HTMLElement} body @param {Content} content */
function refill(body, content) {
  const focused = document.activeElement;
  const key = body.contains(focused) && focused?.getAttribute('data-key');
  const opened = new Set(
    [...body.querySelectorAll('details[open] > summary')].map(({ textContent }) => textContent),
  );
  render(body, ...content);
  for (const details of body.querySelectorAll('details'))
    if (opened.has(details.querySelector('summary')?.textContent ?? '')) details.open = true;
  if (!key) return;
  const same = body.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (same instanceof HTMLElement) same.focus();
}

/**
 * @param {Error} error
 * @param {{ temporary: boolean, filled: boolean, retry: () => void }} state
 */
function createErrorNotice(error, { temporary, filled, retry }) {
  const outdated = filled ? ' The content below may be outdated.' : '';
  const next = temporary ? ' Retrying every 10 seconds.' : '';
  return h(
    'div',
    { class: 'notice wrong' },
    h(
      'p',
      {},
      h('strong', {}, temporary ? 'Unavailable. ' : 'Failed to load. '),
      `${error.message}${outdated}${next}`,
    ),
    createButton('Retry', retry),
  );
}

/** A placeholder of about the final height. @param {number} lines */
export function createSkeleton(lines) {
  return h(
    'div',
    { class: 'skeleton' },
    h('span', { class: 'unseen' }, 'Loading'),
    Array.from({ length: lines }, () => h('span', { class: 'bone' })),
  );
}

/** @param {string} title @param {string} [hint] */
export function createEmptyState(title, hint) {
  return h(
    'div',
    { class: 'nothing' },
    h('p', {}, h('strong', {}, title)),
    hint ? h('p', {}, hint) : null,
  );
}
