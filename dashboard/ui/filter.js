// @ts-check
import { getParam, setParams } from '../data/params.js';
import { createOptions, h, render } from './dom.js';

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
