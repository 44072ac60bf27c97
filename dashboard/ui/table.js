// @ts-check
import { describeError, saveFile, toUrl } from '../data/api.js';
import { formatPercent } from '../data/decimal.js';
import { takeTurn } from '../data/schedule.js';
import { h } from './dom.js';
import { renderAmount, renderRate } from './numbers.js';

/** @typedef {import('./dom.js').Attributes} Attributes */
/** @typedef {import('./dom.js').Child} Child */
/**
 * @template Row
 * @typedef {object} Column
 * @property {string} name
 * @property {(row: Row) => Child} render
 * @property {'number' | undefined} class aligned to the right
 * @property {string} key of the value, for sorting; empty without one
 */
/**
 * @template Row
 * @typedef {object} TableOptions
 * @property {string} [class] of the table
 * @property {(column: Column<Row>) => [Attributes, ...Child[]]} [createHead]
 * @property {(row: Row) => Attributes} [describeRow]
 */

/** The rows that are in view at first. */
const ROWS_PER_TURN = 15;
/** Builds more rows of a table; false once all exist. @type {WeakMap<Element, () => boolean>} */
const builders = new WeakMap();

/**
 * A kind of column: of the values under a key, or of what a function makes of each row.
 * @param {(value: any) => Child} format
 * @param {'number'} [kind]
 */
const createKind =
  (format, kind) =>
  /**
   * @template Row
   * @param {string} name
   * @param {(keyof Row & string) | ((row: Row) => Child)} source
   * @param {(row: Row) => Child} [render]
   * @returns {Column<Row>}
   */
  (name, source, render) =>
    typeof source === 'function'
      ? { name, class: kind, key: '', render: source }
      : { name, class: kind, key: source, render: render ?? ((row) => format(row[source])) };

const orDash = (/** @type {Child} */ value) => value ?? '–';
export const text = createKind(orDash);
export const number = createKind(orDash, 'number');
export const money = createKind(renderAmount, 'number');
export const rate = createKind(renderRate, 'number');
export const percent = createKind(formatPercent, 'number');

/**
 * A table that scrolls under its head.
 * @template Row
 * @param {string} caption for screen readers
 * @param {readonly Column<Row>[]} columns
 * @param {readonly Row[]} rows
 * @param {TableOptions<Row>} [options]
 */
export function createTable(caption, columns, rows, options = {}) {
  const { createHead = ({ name }) => [{}, name], describeRow = () => ({}) } = options;
  const heads = columns.map((column) => {
    const [attributes, ...children] = createHead(column);
    return h('th', { scope: 'col', class: column.class, ...attributes }, ...children);
  });
  const body = h('tbody');
  const createRow = (/** @type {Row} */ row) => {
    const cells = columns.map((column) => h('td', { class: column.class }, column.render(row)));
    return h('tr', describeRow(row), cells);
  };
  appendInTurns(body, rows, createRow);
  return h(
    'div.scroll',
    { tabindex: '0', role: 'region', 'aria-label': `Table: ${caption}` },
    h(
      'table',
      { class: options.class },
      h('caption.unseen', caption),
      h('thead', h('tr', heads)),
      body,
    ),
  );
}

/**
 * The first rows at once, and the others while the table is shown.
 * @template Row
 * @param {HTMLElement} body
 * @param {readonly Row[]} rows
 * @param {(row: Row) => HTMLElement} createRow
 */
function appendInTurns(body, rows, createRow) {
  let at = 0;
  const build = () => {
    body.append(...rows.slice(at, at + ROWS_PER_TURN).map(createRow));
    at += ROWS_PER_TURN;
    return at < rows.length;
  };
  const buildOthers = async () => {
    while (at < rows.length) {
      await takeTurn();
      if (!body.isConnected) return;
      build();
    }
  };
  builders.set(body, build);
  // A fault in these fails the panel.
  build();
  void buildOthers();
}

/**
 * Builds the rows of the tables in `root` at once, until the one that is needed is there.
 * @param {Element} root
 * @param {() => boolean} isDone
 */
export function buildRowsUntil(root, isDone) {
  for (const body of root.querySelectorAll('tbody')) while (!isDone() && builders.get(body)?.());
}

/**
 * A disclosure whose content is built when it is first opened, such as the table beside a chart.
 * @param {string} title
 * @param {() => HTMLElement} build
 */
export function createDisclosure(title, build) {
  const root = h('details.on-demand', h('summary', title));
  root.addEventListener(
    'toggle',
    () => root.open && root.children.length === 1 && root.append(build()),
  );
  return root;
}

/**
 * Links to files of the API.
 * @param {...[label: string, path: string, title?: string]} links
 */
export const createDownloads = (...links) =>
  h(
    'span.row.downloads',
    links.map(([label, path, title]) => h('a', { href: toUrl(path), download: '', title }, label)),
  );

/**
 * Downloads what a plain link could not, and shows how that goes. Several may be under way.
 * @param {Element} outcome
 * @param {string} path
 * @param {string} file
 */
export async function exportFile(outcome, path, file) {
  for (const failed of outcome.querySelectorAll('.wrong')) failed.remove();
  const line = h('span', 'Exporting …');
  outcome.append(line);
  try {
    await saveFile(path, file);
    line.remove();
  } catch (error) {
    line.replaceWith(h('span.notice.wrong', describeError(error)));
  }
}
