// @ts-check
import { createButton, createNotice, h } from './dom.js';

const PURPOSE =
  'The loan book, raw payloads and all actions need the token that the service was started with ' +
  '(API_TOKEN). It is kept in this tab until you close it.';

const REFUSAL_MS = 1000;
/** @type {Promise<string | null> | null} */
let open = null;

/**
 * Asks for the API token; requests at the same time share one dialog, and those that follow at
 * once share a refusal. Null when cancelled.
 * @param {{ rejected: boolean }} reason rejected: the previous token was wrong
 */
export function promptForToken({ rejected }) {
  open ??= showDialog(rejected).then((token) => {
    const forget = () => {
      open = null;
    };
    if (token === null) setTimeout(forget, REFUSAL_MS);
    else forget();
    return token;
  });
  return open;
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
