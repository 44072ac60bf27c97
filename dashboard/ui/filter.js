// @ts-check
import { getParam, setParams } from '../data/params.js';
import { createOptions, h, render } from './dom.js';

/** Controls whose state is a parameter of the URL. */

/**
 * A select that is bound to a URL parameter; its first option shows all.
 * @param {string} param
 * @param {string} label
 * @param {readonly string[]} [values]
 */
export function createFilter(param, label, values = []) {
  const change = () => setParams({ [param]: select.value || null }, { step: false });
  /** @type {HTMLSelectElement} */
  const select = h('select', { 'aria-label': label, change });
  const follow = () => {
    select.value = getParam(param);
    if (select.selectedIndex < 0) select.value = '';
  };
  /** Sets the values when they become known. @param {readonly string[] | undefined} offered */
  const offer = (offered) => {
    if (!offered || select.options.length === offered.length + 1) return;
    const options = offered.map((value) => /** @type {[string, string]} */ ([value, value]));
    render(select, createOptions([['', `${label}: all`], ...options]));
    follow();
  };
  offer(values);
  return { select, follow, offer };
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
  const fallback = options[0]?.[0] ?? '';
  const { getValue = () => getParam(param, fallback).toLowerCase(), clear } = rules;
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
