// @ts-check
import { element } from './element.js';

/** @type {Promise<string | null> | null} */
let open = null;

/**
 * Asks for the token, once however many wait for it. Null when the person would rather not.
 * @param {{ refused: boolean }} why refused: the one that was given is not the right one
 */
export function askForToken({ refused }) {
  open ??= dialog(refused).finally(() => {
    open = null;
  });
  return open;
}

/** @param {boolean} refused @returns {Promise<string | null>} */
function dialog(refused) {
  const input = element('input', {
    type: 'password',
    id: 'token',
    autocomplete: 'off',
    required: true,
    'aria-describedby': 'token-why',
  });
  /** @type {HTMLDialogElement} */
  const box = element(
    'dialog',
    { class: 'dialog', 'aria-labelledby': 'token-title' },
    element(
      'form',
      { method: 'dialog' },
      element('h2', { id: 'token-title' }, 'API token'),
      refused &&
        element('p', { class: 'notice wrong', role: 'alert' }, 'That was not the right one.'),
      element(
        'p',
        { id: 'token-why' },
        'The loan book, raw bytes and whatever writes want the token that the service was started with (API_TOKEN). It is kept in this tab until you close it.',
      ),
      element('label', { for: 'token' }, 'Token'),
      input,
      element(
        'div',
        { class: 'row end' },
        element('button', { type: 'button', class: 'button', click: () => box.close() }, 'Not now'),
        element('button', { type: 'submit', class: 'button primary', value: 'given' }, 'Continue'),
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
