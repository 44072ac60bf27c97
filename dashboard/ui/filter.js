// @ts-check
import { getChoice, getParam, setParams } from '../data/params.js';
import { debounce } from '../data/schedule.js';
import { createOptions, h, render } from './dom.js';

const TYPING_MS = 150;

/** Controls whose state is a parameter of the URL. */

/**
 * A select that is bound to a URL parameter; its first option shows all. A value of the URL that
 * is not offered is shown as unknown.
 * @param {string} param
 * @param {string} label
 * @param {readonly string[]} [values]
 */
export function createFilter(param, label, values = []) {
  const change = () => setParams({ [param]: select.value || null }, { step: false });
  /** @type {HTMLSelectElement} */
  const select = h('select', { 'aria-label': label, change });
  /** @type {HTMLOptionElement | undefined} */
  let other;
  /** @type {readonly string[]} */
  let known = [];
  const follow = () => {
    const wanted = getParam(param);
    const isWanted = (/** @type {string} */ text) => text.toLowerCase() === wanted.toLowerCase();
    other?.remove();
    let option = [...select.options].find(({ value }) => isWanted(value));
    if (!option) {
      const isKnown = known.length === 0 || known.some(isWanted);
      option = other = h('option', { value: wanted }, isKnown ? wanted : `unknown: ${wanted}`);
      select.append(option);
    }
    option.selected = true;
  };
  /**
   * Sets the values when they become known.
   * @param {readonly string[] | undefined} offered
   * @param {readonly string[]} [aliases] what the URL may have as well
   */
  const offer = (offered, aliases = []) => {
    const now = [...(offered ?? []), ...aliases];
    if (!offered || (select.length > 0 && now.join('\n') === known.join('\n'))) return;
    known = now;
    const options = offered.map((value) => /** @type {[string, string]} */ ([value, value]));
    render(select, createOptions([['', `${label}: all`], ...options]));
    follow();
  };
  offer(values);
  return { root: select, follow, offer };
}

/**
 * @param {string} param
 * @param {string} label
 * @param {import('./dom.js').Attributes} attributes
 */
export function createInput(param, label, attributes) {
  const write = () => setParams({ [param]: root.value || null }, { step: false });
  const input = debounce(write, TYPING_MS);
  /** @type {HTMLInputElement} */
  const root = h('input', { 'aria-label': label, input, ...attributes });
  const follow = () => {
    if (document.activeElement !== root) root.value = getParam(param);
  };
  follow();
  return { root, follow };
}

/**
 * A row of buttons of which one is pressed; the first is the default.
 * @param {string} param
 * @param {string} label
 * @param {readonly (readonly [value: string, text: string])[]} options
 * @param {{ getValue?: () => string, clear?: Record<string, null> }} [rules]
 *   clear: parameters that exclude this one
 */
export function createChoice(param, label, options, rules = {}) {
  const values = options.map(([value]) => value);
  const fallback = values[0] ?? '';
  const { getValue = () => getChoice(param, values, fallback), clear } = rules;
  const buttons = options.map(([value, text]) => {
    const choose = () =>
      setParams({ ...clear, [param]: value === fallback ? null : value }, { step: false });
    return h('button', { type: 'button', click: choose }, text);
  });
  const root = h('div.choice', { role: 'group', 'aria-label': label }, buttons);
  const follow = () => {
    for (const [at, button] of buttons.entries())
      button.setAttribute('aria-pressed', String(options[at]?.[0] === getValue()));
  };
  follow();
  return { root, follow };
}
