// @ts-check
import { describeError, requestJson } from '../data/api.js';
import { getParam, setParams } from '../data/params.js';
import { onStatus, refreshStatusSoon } from '../data/status.js';
import { createButton, createChoice, createNotice, h, render } from '../ui/dom.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createDeadLetter } from './dead-letter.js';

/** @typedef {import('../data/types.d.ts').DeadLetter} DeadLetter */
/** @typedef {'redrive' | 'close'} Action */

const SHOWN = 100;
const POLL_MS = 500;
const WAIT_MS = 20_000;
const STATES = /** @type {const} */ ([
  ['open', 'open'],
  ['redriven', 'redriven'],
  ['closed', 'closed'],
]);

/** Records that could not become a rate, with what can be done. @param {AbortSignal} signal */
export function createDeadLetters(signal) {
  const getState = () => getParam('dead_letters', 'open');
  const choice = createChoice('State of the dead letters', STATES, {
    value: getState,
    pick: (state) => {
      setParams({ dead_letters: state === 'open' ? null : state }, { step: false });
      choice.follow();
      refresh();
    },
  });
  const { root, load } = createPanel({
    title: 'Dead letters',
    signal,
    tools: [choice.root],
    lines: 4,
  });
  root.id = 'dead-letters';
  const refresh = () => void load(() => renderDeadLetters(getState(), signal, refresh));
  let seen = -1;
  onStatus(({ status }) => {
    const count = status?.dead_letters ?? Math.max(seen, 0);
    if (count !== seen) refresh();
    seen = count;
  }, signal);
  return root;
}

/** @param {string} state @param {AbortSignal} signal @param {() => void} refresh */
async function renderDeadLetters(state, signal, refresh) {
  /** @type {{ data: DeadLetter[], meta: { next_cursor?: string | null } }} */
  const { data, meta } = await requestJson(`/v2/dead-letters?state=${state}&limit=${SHOWN}`, {
    signal,
    authorize: 'if-known',
  });
  if (data.length === 0)
    return [
      createEmptyState(
        `No ${state} dead letters.`,
        state === 'open' ? 'Every record became a rate.' : '',
      ),
    ];
  const outcome = h('div', { role: 'status' });
  const act = async (/** @type {Action} */ action, /** @type {readonly string[]} */ ids) => {
    if (ids.length === 0) return render(outcome, createNotice('', 'Select dead letters first.'));
    const many = ids.length > 1 ? `${ids.length} dead letters` : `Dead letter ${ids[0]}`;
    render(outcome, createNotice('', `${many}: ${action} requested …`));
    try {
      await Promise.all(ids.map((id) => post(action, id, signal)));
      if (action === 'redrive') await waitForRedrive(ids, signal);
      refresh();
      refreshStatusSoon();
    } catch (error) {
      render(outcome, createNotice('wrong', describeError(error)));
    }
  };
  const list = h(
    'ul',
    { class: 'dead-letters' },
    data.map((letter) => createDeadLetter(letter, { act, signal })),
  );
  return [
    state === 'open' ? createBulkActions(list, act) : null,
    outcome,
    list,
    meta.next_cursor ? h('p', { class: 'muted' }, `The oldest ${SHOWN} are shown.`) : null,
  ];
}

/**
 * @param {HTMLElement} list
 * @param {(action: Action, ids: readonly string[]) => void} act
 */
function createBulkActions(list, act) {
  const getBoxes = () =>
    /** @type {HTMLInputElement[]} */ ([...list.querySelectorAll('input[type="checkbox"]')]);
  const getSelected = () =>
    getBoxes()
      .filter(({ checked }) => checked)
      .map(({ value }) => value);
  const selectAll = () => {
    for (const box of getBoxes()) box.checked = all.checked;
  };
  /** @type {HTMLInputElement} */
  const all = h('input', { type: 'checkbox', id: 'all-dead-letters', change: selectAll });
  return h(
    'div',
    { class: 'row bulk' },
    h('span', { class: 'row' }, all, h('label', { for: 'all-dead-letters' }, 'Select all')),
    createButton('Redrive selected', () => act('redrive', getSelected())),
    createButton('Close selected', () => act('close', getSelected())),
  );
}

/** @param {Action} action @param {string} id @param {AbortSignal} signal */
const post = (action, id, signal) =>
  requestJson(`/v2/dead-letters/${id}/${action}`, { method: 'POST', authorize: true, signal });

/**
 * Waits until a consumer has processed them.
 * @param {readonly string[]} ids
 * @param {AbortSignal} signal
 */
async function waitForRedrive(ids, signal) {
  const deadline = Date.now() + WAIT_MS;
  for (const id of ids) {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      /** @type {{ data: DeadLetter }} */
      const { data } = await requestJson(`/v2/dead-letters/${id}`, { authorize: true, signal });
      if (data.redrive_asked_at === null) break;
      if (Date.now() > deadline) return;
    }
  }
}
