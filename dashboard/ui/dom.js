// @ts-check

/** @typedef {Node | string | number | null | undefined | false | readonly (Node | string | null | undefined | false)[]} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => unknown)>} Attributes */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element with attributes and children. A function is a listener, true an attribute without a value, false and null none at all.
 * Text goes in as text: nothing that the API says can become markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  return dressed(document.createElement(tag), attributes, children);
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  return dressed(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} Made
 * @param {Made} made
 * @param {Attributes} attributes
 * @param {readonly Child[]} children
 */
function dressed(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined)
      made.setAttribute(name, String(value));
  }
  render(made, ...children);
  return made;
}

/**
 * Puts these children in the place of what was there.
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
 * A table whose head stays in sight. Columns that hold figures are aligned to the right.
 * @param {string} caption read out, not shown
 * @param {readonly { name: string, figures?: boolean }[]} columns
 * @param {readonly (readonly Child[])[]} rows
 */
export function createTable(caption, columns, rows) {
  const aligned = (/** @type {number} */ index) => (columns[index]?.figures ? 'figure' : null);
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Table: ${caption}` },
    h(
      'table',
      {},
      h('caption', { class: 'unseen' }, caption),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          columns.map(({ name }, at) => h('th', { scope: 'col', class: aligned(at) }, name)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((row) =>
          h(
            'tr',
            {},
            row.map((cell, at) => h('td', { class: aligned(at) }, cell)),
          ),
        ),
      ),
    ),
  );
}

/**
 * What stands beside a chart for those who cannot or would rather not see it. Built when it is first opened.
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
 * @param {{ value: () => string, pick: (value: string) => void }} of
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
