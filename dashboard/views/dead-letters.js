// @ts-check
import { describeError, requestJson } from '../data/api.js';
import { getChoice, onParams } from '../data/params.js';
import { onStatus, refreshStatusSoon } from '../data/status.js';
import { createButton, createNotice, h, render } from '../ui/dom.js';
import { createChoice } from '../ui/filter.js';
import { renderState } from '../ui/health-strip.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { renderUtc } from '../ui/time.js';
import { forgetRefusal } from '../ui/token-dialog.js';

/** @typedef {import('../data/types.d.ts').Schemas['DeadLetter']} DeadLetter */
/** @typedef {import('../data/types.d.ts').Schemas['DeadLetterWithBytes']} DeadLetterWithBytes */
/** @typedef {'redrive' | 'close'} Action */
/** @typedef {(action: Action, ids: readonly string[]) => unknown} Act */

const SHOWN = 100;
const BYTES_PER_LINE = 16;
const MAX_BYTES = 4096;
const POLL_MS = 500;
const WAIT_MS = 20_000;
export const LETTER_STATES = /** @type {const} */ (['open', 'redriven', 'closed']);

/** Records that could not become a rate, with what can be done. @param {AbortSignal} signal */
export function createDeadLetters(signal) {
  const states = LETTER_STATES.map((state) => /** @type {const} */ ([state, state]));
  const choice = createChoice('dead_letters', 'State of the dead letters', states);
  const { root, load } = createPanel({ title: 'Dead letters', signal, tools: [choice.root] });
  root.id = 'dead-letters';
  const getState = () => getChoice('dead_letters', LETTER_STATES, 'open');
  const refresh = () => void load(() => renderDeadLetters(getState(), signal, refresh));
  const follow = () => {
    choice.follow();
    refresh();
  };
  onParams(['dead_letters'], follow, signal);
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
    'ul.dead-letters',
    data.map((letter) => createDeadLetter(letter, { act, signal })),
  );
  return [
    state === 'open' ? createBulkActions(list, act) : null,
    outcome,
    list,
    meta.next_cursor ? h('p.muted', `The oldest ${SHOWN} are shown.`) : null,
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
    'div.row.bulk',
    h('span.row', all, h('label', { for: 'all-dead-letters' }, 'Select all')),
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

/** @param {DeadLetter} letter @param {{ act: Act, signal: AbortSignal }} context */
function createDeadLetter(letter, { act, signal }) {
  const { id, topic, partition, record_offset, set_aside_at, redrive_error } = letter;
  const isOpen = letter.state === 'open';
  const place = `${topic} ${partition}:${record_offset}, `;
  const heading = h(
    'p',
    h('strong', `#${id} `),
    h('strong', letter.cause ?? letter.reason),
    ' ',
    h('span.muted', place, renderUtc(set_aside_at), ' UTC'),
  );
  const buttons = h(
    'span.row',
    createButton('Redrive', () => act('redrive', [id]), { 'data-key': `redrive-${id}` }),
    createButton('Close', () => act('close', [id]), { 'data-key': `close-${id}` }),
  );
  const checkbox = { type: 'checkbox', value: id, 'aria-label': `Select dead letter ${id}` };
  return h(
    'li.dead-letter',
    h(
      'div.dead-letter-head',
      isOpen && h('input', checkbox),
      heading,
      isOpen ? buttons : renderState(letter.state),
    ),
    h('p.small', letter.detail),
    isOpen && letter.next_step && h('p.muted.small', `Next step: ${letter.next_step}`),
    redrive_error && createNotice('wrong', `Redrive failed: ${redrive_error}`),
    createPayload(id, signal),
  );
}

/**
 * Loads the record when opened, since that needs the token.
 * @param {string} id
 * @param {AbortSignal} signal
 */
function createPayload(id, signal) {
  const content = h('div');
  // A refresh that opens it again does not ask for the token again.
  const summary = h('summary', { click: forgetRefusal }, `Payload of ${id}`);
  const details = h('details.on-demand', summary, content);
  details.addEventListener('toggle', async () => {
    if (!details.open) return;
    try {
      /** @type {{ data: DeadLetterWithBytes }} */
      const { data } = await requestJson(`/v2/dead-letters/${id}`, { authorize: 'once', signal });
      render(content, ...renderPayload(data));
    } catch (error) {
      render(content, createNotice('wrong', describeError(error)));
    }
  });
  return details;
}

/** @param {DeadLetterWithBytes} letter */
function renderPayload({ key, headers, value_base64 }) {
  const fields = Object.entries({ key: key ?? 'none', ...headers });
  return [
    h(
      'dl.headers',
      fields.flatMap(([name, value]) => [h('dt', name), h('dd', String(value))]),
    ),
    h(
      'pre.hex',
      { tabindex: '0', 'aria-label': 'The bytes of the record' },
      value_base64 === null ? 'no value' : formatHex(value_base64),
    ),
  ];
}

/** Offset, hexadecimal and text, sixteen bytes a line. @param {string} base64 */
function formatHex(base64) {
  const bytes = [...atob(base64)];
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, MAX_BYTES); at += BYTES_PER_LINE) {
    const line = bytes.slice(at, at + BYTES_PER_LINE);
    const hex = line.map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
    const text = line.map((byte) => (byte >= ' ' && byte <= '~' ? byte : '·')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(BYTES_PER_LINE * 3)} ${text}`);
  }
  const rest = bytes.length - MAX_BYTES;
  return lines.join('\n') + (rest > 0 ? `\n… ${rest} more bytes` : '');
}
