// @ts-check
import { describeError, requestJson } from '../data/api.js';
import { createButton, createNotice, h, render } from '../ui/dom.js';
import { renderState } from '../ui/health-strip.js';
import { renderUtc } from '../ui/time.js';

/** @typedef {import('../data/types.d.ts').DeadLetter} DeadLetter */
/** @typedef {import('../data/types.d.ts').DeadLetterWithBytes} DeadLetterWithBytes */
/** @typedef {(action: 'redrive' | 'close', ids: readonly string[]) => unknown} Act */

const BYTES_PER_LINE = 16;
const MAX_BYTES = 4096;

/** @param {DeadLetter} letter @param {{ act: Act, signal: AbortSignal }} context */
export function createDeadLetter(letter, { act, signal }) {
  const { id, topic, partition, record_offset, set_aside_at, redrive_error } = letter;
  const isOpen = letter.state === 'open';
  const place = `${topic} ${partition}:${record_offset}, `;
  const heading = h(
    'p',
    {},
    h('strong', {}, `#${id} `),
    h('strong', {}, letter.cause ?? letter.reason),
    ' ',
    h('span', { class: 'muted' }, place, renderUtc(set_aside_at), ' UTC'),
  );
  const buttons = h(
    'span',
    { class: 'row' },
    createButton('Redrive', () => act('redrive', [id]), { 'data-key': `redrive-${id}` }),
    createButton('Close', () => act('close', [id]), { 'data-key': `close-${id}` }),
  );
  const checkbox = { type: 'checkbox', value: id, 'aria-label': `Select dead letter ${id}` };
  return h(
    'li',
    { class: 'dead-letter' },
    h(
      'div',
      { class: 'dead-letter-head' },
      isOpen && h('input', checkbox),
      heading,
      isOpen ? buttons : renderState(letter.state),
    ),
    h('p', { class: 'small' }, letter.detail),
    isOpen &&
      letter.next_step &&
      h('p', { class: 'muted small' }, `Next step: ${letter.next_step}`),
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
  const details = h(
    'details',
    { class: 'on-demand' },
    h('summary', {}, `Payload of ${id}`),
    content,
  );
  details.addEventListener('toggle', async () => {
    if (!details.open) return;
    try {
      /** @type {{ data: DeadLetterWithBytes }} */
      const { data } = await requestJson(`/v2/dead-letters/${id}`, { authorize: true, signal });
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
      'dl',
      { class: 'headers' },
      fields.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, String(value))]),
    ),
    h(
      'pre',
      { class: 'hex', tabindex: '0', 'aria-label': 'The bytes of the record' },
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
