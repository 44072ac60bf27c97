// @ts-check
import { createButton, createNotice, h } from './dom.js';

const PURPOSE =
  'The loan book, raw payloads and all actions need the token that the service was started with ' +
  '(API_TOKEN). It is kept in this tab until you close it.';

/** @type {Promise<string | null> | null} */
let open = null;
/** Whether the user has cancelled the last dialog. */
let isRefused = false;

/** Lets `once` ask for the token again, as for a reader who presses Retry. */
export function forgetRefusal() {
  isRefused = false;
}

/**
 * Asks for the API token; requests at the same time share one dialog. Null when cancelled.
 * @param {{ rejected: boolean, once: boolean }} reason rejected: the previous token was wrong;
 *   once: not after the user has cancelled
 */
export async function promptForToken({ rejected, once }) {
  if (once && isRefused) return null;
  open ??= showDialog(rejected).finally(() => {
    open = null;
  });
  const token = await open;
  isRefused = token === null;
  return token;
}

/** @param {boolean} rejected @returns {Promise<string | null>} */
function showDialog(rejected) {
  const input = h('input', {
    type: 'password',
    id: 'token',
    autocomplete: 'off',
    required: true,
    'aria-describedby': 'token-purpose',
  });
  const alert = createNotice('wrong', 'Unauthorized: the token is wrong.');
  alert.setAttribute('role', 'alert');
  /** @type {HTMLDialogElement} */
  const dialog = h(
    'dialog.dialog',
    { 'aria-labelledby': 'token-title' },
    h(
      'form',
      { method: 'dialog' },
      h('h2', { id: 'token-title' }, 'API token'),
      rejected && alert,
      h('p', { id: 'token-purpose' }, PURPOSE),
      h('label', { for: 'token' }, 'Token'),
      input,
      h(
        'div.row.end',
        createButton('Cancel', () => dialog.close()),
        h('button', { type: 'submit', class: 'button primary', value: 'submitted' }, 'Continue'),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve((dialog.returnValue === 'submitted' && input.value.trim()) || null);
    });
  });
}
