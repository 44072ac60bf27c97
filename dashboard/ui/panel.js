// @ts-check
import { Problem, Unreachable } from '../data/api.js';
import { waitForView } from '../data/schedule.js';
import { anySignal } from '../data/signals.js';
import { createButton, h, render } from './dom.js';
import { buildRowsUntil } from './table.js';
import { forgetRefusal } from './token-dialog.js';

/** @typedef {(build: Build) => Promise<void>} Load */
/** @typedef {readonly (Node | string | null | false)[]} Content */
/** @typedef {(shown: AbortSignal) => Promise<Content>} Build shown: aborts with the next content */
/**
 * @typedef {object} SectionOptions
 * @property {string} title
 * @property {readonly (Node | null | false)[]} [tools]
 * @property {string} [class]
 */

const RETRY_MS = 10_000;
let count = 0;

/** A section under a heading. @param {SectionOptions} options @param {...Node} parts */
export function createSection({ title, tools = [], class: kind = '' }, ...parts) {
  count += 1;
  const id = `panel-${count}`;
  return h(
    'section',
    { class: `panel ${kind}`, 'aria-labelledby': id },
    h('div.panel-head', h('h2', { id }, title), h('div.row.tools', tools)),
    ...parts,
  );
}

/**
 * A section that loads its own content and shows when it is loading, empty, failed or outdated.
 * @param {SectionOptions & { signal: AbortSignal, lines?: number }} options
 *   lines: the height to reserve, so that the page does not jump
 */
export function createPanel({ signal, lines = 4, ...options }) {
  const notice = h('div.panel-notice', { role: 'status' });
  const body = h('div', createSkeleton(lines));
  const root = createSection(options, notice, body);
  const load = createLoader({ root, notice, body, signal });
  let shown = '';
  /** Loads unless that is shown already. @param {string} key @param {Build} build */
  const loadFor = (key, build) => {
    if (key === shown) return;
    shown = key;
    void load(build);
  };
  return { root, load, loadFor };
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
  let shown = new AbortController();
  const inView = waitForView(root, signal);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {() => void} */
  let retry = () => {};
  addEventListener('online', () => notice.childNodes.length > 0 && retry(), { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));

  return async function load(build) {
    newest += 1;
    const turn = newest;
    const isObsolete = () => signal.aborted || turn !== newest;
    clearTimeout(timer);
    retry = () => void load(build);
    await inView;
    if (isObsolete()) return;
    root.setAttribute('aria-busy', 'true');
    try {
      const mine = new AbortController();
      const content = await build(anySignal([signal, mine.signal]));
      if (isObsolete()) return mine.abort();
      refill(body, content);
      shown.abort();
      shown = mine;
      render(notice);
      filled = true;
    } catch (error) {
      if (isObsolete()) return;
      const isDown = error instanceof Unreachable;
      const isProblem = error instanceof Problem;
      const temporary = isDown || (isProblem && error.status === 503);
      const message = isDown || isProblem ? error.message : 'This part of the page has a fault.';
      render(notice, createErrorNotice(message, { temporary, filled, retry }));
      if (!filled) render(body);
      if (temporary) timer = setTimeout(retry, RETRY_MS);
      if (!isDown && !isProblem) throw error;
    } finally {
      if (turn === newest) root.removeAttribute('aria-busy');
    }
  };
}

/** Parts that can have the focus or be open. */
const KEPT = '[data-key]:not(tr), summary';

/** Keeps the focus, and what was open. @param {HTMLElement} body @param {Content} content */
function refill(body, content) {
  const listParts = () => /** @type {HTMLElement[]} */ ([...body.querySelectorAll(KEPT)]);
  const kept = listParts().flatMap((part) => {
    const isFocused = part === document.activeElement;
    const isOpen = part.parentElement?.matches('details[open]') ?? false;
    const top = part.closest('td') ? getScroll(part)?.scrollTop : 0;
    return isFocused || isOpen ? [{ key: keyOf(part), isFocused, isOpen, top }] : [];
  });
  render(body, ...content);
  const find = (/** @type {string} */ key) => listParts().find((part) => keyOf(part) === key);
  buildRowsUntil(body, () => kept.every(({ key }) => find(key)));
  for (const { key, isFocused, isOpen, top } of kept) {
    const part = find(key);
    if (isOpen) part?.parentElement?.setAttribute('open', '');
    const scroll = part && getScroll(part);
    if (scroll) scroll.scrollTop = top ?? 0;
    if (isFocused) part?.focus();
  }
}

/** @param {Element} part */
const getScroll = (part) => part.closest('.scroll');

/** Names a part by its own key, or by that of its row and its text. @param {Element} part */
function keyOf(part) {
  const owner = part.closest('[data-key]');
  const key = owner?.getAttribute('data-key') ?? '';
  return owner === part ? key : `${key} ${part.textContent}`;
}

/**
 * @param {string} message
 * @param {{ temporary: boolean, filled: boolean, retry: () => void }} state
 */
function createErrorNotice(message, { temporary, filled, retry }) {
  const click = () => {
    forgetRefusal();
    retry();
  };
  const outdated = filled ? ' The content below may be outdated.' : '';
  const next = temporary ? ' Retrying every 10 seconds.' : '';
  return h(
    'div.notice.wrong',
    h(
      'p',
      h('strong', temporary ? 'Unavailable. ' : 'Failed to load. '),
      `${message}${outdated}${next}`,
    ),
    createButton('Retry', click),
  );
}

/** A placeholder of about the final height. @param {number} lines */
export function createSkeleton(lines) {
  return h(
    'div.skeleton',
    h('span.unseen', 'Loading'),
    Array.from({ length: lines }, () => h('span.bone')),
  );
}

/** @param {string} title @param {string} [hint] */
export function createEmptyState(title, hint) {
  return h('div.nothing', h('p', h('strong', title)), hint ? h('p', hint) : null);
}
