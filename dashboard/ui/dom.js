// @ts-check

/** @typedef {Node | string | number | null | undefined | false} Item */
/** @typedef {Item | readonly Item[]} Child */
/**
 * @typedef {Record<string,
 *   string | number | boolean | null | undefined | ((event: any) => unknown)>} Attributes
 */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Creates an element, `p.muted.small` with classes. In its attributes, which may be left out, a
 * function is a listener, true an attribute without a value, false or null no attribute. Text is
 * set as text, so nothing that the API sends can become markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag | `${Tag}.${string}`} name
 * @param {...(Child | Attributes)} content
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(name, ...content) {
  const [tag, ...classes] = name.split('.');
  const created = document.createElement(/** @type {Tag} */ (tag));
  if (classes.length > 0) created.className = classes.join(' ');
  const hasAttributes = content[0]?.constructor === Object;
  const attributes = /** @type {Attributes} */ (hasAttributes ? content.shift() : {});
  return setUp(created, attributes, /** @type {Child[]} */ (content));
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

/** @param {Child} text @param {() => void} click @param {Attributes} [attributes] */
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
  h('div.field', h('label', { for: id }, label), input);

/**
 * @param {'good' | 'wrong' | 'dull' | 'under-way'} kind
 * @param {string} text
 * @param {string} [title]
 */
export const createMark = (kind, text, title) =>
  h('span', { class: `mark ${kind}`, title: title ?? null }, text);

/**
 * Columns that make even rows: eight cards of which seven would fit make four and four.
 * @param {number} cards
 * @param {number} most
 */
export const countColumns = (cards, most) => Math.ceil(cards / Math.ceil(cards / most));
