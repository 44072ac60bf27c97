// @ts-check
import { takeTurn } from '../data/schedule.js';

/** @typedef {Node | string | number | null | undefined | false} Item */
/** @typedef {Item | readonly Item[]} Child */
/**
 * @typedef {Record<string,
 *   string | number | boolean | null | undefined | ((event: any) => unknown)>} Attributes
 */
/** @typedef {{ name: string, figures?: boolean }} Column figures: aligned to the right */

const ROWS_PER_TURN = 15;
const SVG = 'http://www.w3.org/2000/svg';

/**
 * Creates an element. A function is a listener, true an attribute without a value, false or null
 * no attribute. Text is set as text, so nothing that the API sends can become markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  return setUp(document.createElement(tag), attributes, children);
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  return setUp(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} Created
 * @param {Created} created
 * @param {Attributes} attributes
 * @param {readonly Child[]} children
 */
function setUp(created, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') created.addEventListener(name, value);
    else if (value === true) created.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined)
      created.setAttribute(name, String(value));
  }
  render(created, ...children);
  return created;
}

/**
 * Replaces the children of an element.
 * @param {Element} parent
 * @param {...Child} children
 */
export function render(parent, ...children) {
  const nodes = children
    .flat()
    .filter((child) => child !== null && child !== undefined && child !== false);
  parent.replaceChildren(...nodes.map((child) => (child instanceof Node ? child : String(child))));
}

/**
 * A table that scrolls under its head.
 * @param {string} caption for screen readers
 * @param {readonly Column[]} columns
 * @param {readonly (readonly Child[])[]} rows
 */
export function createTable(caption, columns, rows) {
  const alignment = (/** @type {number} */ index) => (columns[index]?.figures ? 'figure' : null);
  const heads = columns.map(({ name }, at) =>
    h('th', { scope: 'col', class: alignment(at) }, name),
  );
  const body = h('tbody');
  void appendInTurns(body, rows, (row) =>
    h(
      'tr',
      {},
      row.map((cell, at) => h('td', { class: alignment(at) }, cell)),
    ),
  );
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Table: ${caption}` },
    h(
      'table',
      {},
      h('caption', { class: 'unseen' }, caption),
      h('thead', {}, h('tr', {}, heads)),
      body,
    ),
  );
}

/**
 * The first rows at once, since more are not in view, and the others while the table is shown.
 * @template Row
 * @param {HTMLElement} body
 * @param {readonly Row[]} rows
 * @param {(row: Row) => HTMLElement} createRow
 */
export async function appendInTurns(body, rows, createRow) {
  for (let at = 0; at < rows.length; at += ROWS_PER_TURN) {
    if (at > 0) await takeTurn();
    if (at > 0 && !body.isConnected) return;
    body.append(...rows.slice(at, at + ROWS_PER_TURN).map(createRow));
  }
}

/**
 * A disclosure whose content is built when it is first opened, such as the table beside a chart.
 * @param {string} title
 * @param {() => HTMLElement} build
 */
export function createDetails(title, build) {
  const details = h('details', { class: 'on-demand' }, h('summary', {}, title));
  details.addEventListener(
    'toggle',
    () => details.open && details.children.length === 1 && details.append(build()),
  );
  return details;
}

/**
 * A row of buttons of which one is pressed.
 * @param {string} label
 * @param {readonly (readonly [value: string, text: string])[]} options
 * @param {{ value: () => string, pick: (value: string) => void }} binding
 */
export function createChoice(label, options, { value, pick }) {
  const buttons = options.map(([name, text]) =>
    h('button', { type: 'button', click: () => pick(name) }, text),
  );
  const root = h('div', { class: 'choice', role: 'group', 'aria-label': label }, buttons);
  const follow = () => {
    for (const [at, button] of buttons.entries())
      button.setAttribute('aria-pressed', String(options[at]?.[0] === value()));
  };
  follow();
  return { root, follow };
}

/** @param {string} text @param {() => void} click @param {Attributes} [attributes] */
export const createButton = (text, click, attributes = {}) =>
  h('button', { type: 'button', class: 'button', click, ...attributes }, text);

/** A message in a coloured box. @param {'wrong' | 'good' | ''} kind @param {...Child} children */
export const createNotice = (kind, ...children) => h('p', { class: `notice ${kind}` }, ...children);

/**
 * Options of a select.
 * @param {readonly (readonly [value: string, text: string])[]} options
 */
export const createOptions = (options) =>
  options.map(([value, text]) => h('option', { value }, text));

/** @param {string} label @param {string} id @param {HTMLElement} input */
export const createField = (label, id, input) =>
  h('div', { class: 'field' }, h('label', { for: id }, label), input);

/**
 * @param {'good' | 'wrong' | 'dull' | 'under-way'} kind
 * @param {string} text
 * @param {string} [title]
 */
export const createMark = (kind, text, title) =>
  h('span', { class: `mark ${kind}`, title: title ?? null }, text);
