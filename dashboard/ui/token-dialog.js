// @ts-check
import { h } from './dom.js';

/** @type {Promise<string | null> | null} */
let open = null;

/**
 * Asks for the token, once however many wait for it. Null when the person would rather not.
 * @param {{ refused: boolean }} why refused: the one that was given is not the right one
 */
export function promptForToken({ refused }) {
  open ??= dialog(refused).finally(() => {
    open = null;
  });
  return open;
}

/** @param {boolean} refused @returns {Promise<string | null>} */
function dialog(refused) {
  const input = h('input', {
    type: 'password',
    id: 'token',
    autocomplete: 'off',
    required: true,
    'aria-describedby': 'token-why',
  });
  /** @type {HTMLDialogElement} */
  const box = h(
    'dialog',
    { class: 'dialog', 'aria-labelledby': 'token-title' },
    h(
      'form',
      { method: 'dialog' },
      h('h2', { id: 'token-title' }, 'API token'),
      refused && h('p', { class: 'notice wrong', role: 'alert' }, 'That was not the right one.'),
      h(
        'p',
        { id: 'token-why' },
        'The loan book, raw bytes and whatever writes want the token that the service was started with (API_TOKEN). It is kept in this tab until you close it.',
      ),
      h('label', { for: 'token' }, 'Token'),
      input,
      h(
        'div',
        { class: 'row end' },
        h('button', { type: 'button', class: 'button', click: () => box.close() }, 'Not now'),
        h('button', { type: 'submit', class: 'button primary', value: 'given' }, 'Continue'),
      ),
    ),
  );
  document.body.append(box);
  box.showModal();
  input.focus();
  return new Promise((resolve) => {
    box.addEventListener('close', () => {
      box.remove();
      resolve((box.returnValue === 'given' && input.value.trim()) || null);
    });
  });
}
