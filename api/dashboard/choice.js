// @ts-check
import { element } from './element.js';

/**
 * A row of buttons of which one is pressed.
 * @param {string} label
 * @param {readonly (readonly [value: string, text: string])[]} options
 * @param {{ value: () => string, pick: (value: string) => void }} of
 */
export function choice(label, options, { value, pick }) {
  const buttons = options.map(([name, text]) => element('button', { type: 'button', click: () => pick(name) }, text));
  const root = element('div', { class: 'choice', role: 'group', 'aria-label': label }, buttons);
  const follow = () => {
    for (const [at, button] of buttons.entries()) button.setAttribute('aria-pressed', String(options[at]?.[0] === value()));
  };
  follow();
  return { root, follow };
}
