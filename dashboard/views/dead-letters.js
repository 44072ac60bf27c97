// @ts-check
import { describeError, requestJson } from '../data/api.js';
import { onStatus, refreshStatusSoon } from '../data/status.js';
import { createChoice, h, render } from '../ui/dom.js';
import { renderState } from '../ui/health-strip.js';
import { hexDump } from '../ui/hex-dump.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { renderUtc } from '../ui/time.js';

/** @typedef {import('../data/answers.d.ts').DeadLetter} DeadLetter */
/** @typedef {import('../data/answers.d.ts').DeadLetterWithBytes} DeadLetterWithBytes */

const SHOWN = 100;
const LOOK_MS = 500;

/** Records that could not become a rate: why, what they hold, and another try. @param {AbortSignal} signal */
export function deadLetters(signal) {
  let wanted = 'open';
  const show = (/** @type {string} */ value) => {
    wanted = value;
    which.follow();
    refresh();
  };
  const which = createChoice(
    'Which dead letters',
    [
      ['open', 'open'],
      ['redriven', 'redriven'],
      ['closed', 'closed'],
    ],
    { value: () => wanted, pick: show },
  );
  const { root, load } = createPanel({
    title: 'Dead letters',
    signal,
    tools: [which.root],
    lines: 4,
  });
  root.id = 'dead-letters';
  const refresh = () =>
    void load(async () => {
      /** @type {{ data: DeadLetter[], meta: { next_cursor?: string | null } }} */
      const { data, meta } = await requestJson(`/v2/dead-letters?state=${wanted}&limit=${SHOWN}`, {
        signal,
      });
      if (data.length === 0)
        return [
          createEmptyState(
            `No ${wanted} dead letter.`,
            wanted === 'open' ? 'Every record became a rate.' : '',
          ),
        ];
      return [
        h(
          'ul',
          { class: 'letters' },
          data.map((letter) => item(letter, signal, refresh)),
        ),
        meta.next_cursor ? h('p', { class: 'muted' }, `The oldest ${SHOWN} are shown.`) : null,
      ];
    });
  let seen = -1;
  onStatus(({ status }) => {
    if (status && status.dead_letters !== seen) refresh();
    seen = status?.dead_letters ?? seen;
  }, signal);
  return root;
}

/** @param {DeadLetter} letter @param {AbortSignal} signal @param {() => void} refresh */
function item(letter, signal, refresh) {
  const { id, topic, partition, record_offset, reason, detail, set_aside_at, redrive_error } =
    letter;
  const outcome = h('div', { role: 'status' });
  const bytes = h('div');
  const raw = h('details', { class: 'on-demand' }, h('summary', {}, 'Raw bytes'), bytes);
  raw.addEventListener('toggle', () => raw.open && void showBytes(bytes, id, signal));
  return h(
    'li',
    { class: 'letter' },
    h(
      'div',
      { class: 'letter-head' },
      h(
        'p',
        {},
        h('strong', {}, reason),
        ' ',
        h(
          'span',
          { class: 'muted' },
          `${topic} ${partition}:${record_offset}, set aside `,
          renderUtc(set_aside_at),
          ' UTC',
        ),
      ),
      letter.state === 'open'
        ? h(
            'button',
            {
              type: 'button',
              class: 'button',
              'data-key': `redrive-${id}`,
              click: () => void redrive(id, outcome, signal, refresh),
            },
            'Redrive',
          )
        : renderState(letter.state),
    ),
    h('p', {}, detail),
    redrive_error
      ? h('p', { class: 'notice wrong' }, `Tried again in vain: ${redrive_error}`)
      : null,
    outcome,
    raw,
  );
}

/** @param {string} id @param {HTMLElement} outcome @param {AbortSignal} signal @param {() => void} refresh */
async function redrive(id, outcome, signal, refresh) {
  render(outcome, h('p', { class: 'notice' }, 'Asked for; waiting for a consumer to try it …'));
  try {
    await requestJson(`/v2/dead-letters/${id}/redrive`, {
      method: 'POST',
      authorize: true,
      signal,
    });
    /** @type {DeadLetterWithBytes} */
    let letter;
    do {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      letter = (await requestJson(`/v2/dead-letters/${id}`, { authorize: true, signal })).data;
    } while (letter.redrive_asked_at !== null);
    refresh();
    refreshStatusSoon();
  } catch (error) {
    render(outcome, h('p', { class: 'notice wrong' }, describeError(error)));
  }
}

/** @param {HTMLElement} place @param {string} id @param {AbortSignal} signal */
async function showBytes(place, id, signal) {
  try {
    /** @type {{ data: DeadLetterWithBytes }} */
    const { data } = await requestJson(`/v2/dead-letters/${id}`, { authorize: true, signal });
    const { key, headers, value_base64 } = data;
    const named = Object.entries({ key: key ?? 'none', ...headers });
    render(
      place,
      h(
        'dl',
        { class: 'headers' },
        named.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, String(value))]),
      ),
      h(
        'pre',
        { class: 'hex', tabindex: '0', 'aria-label': 'The bytes of the record' },
        value_base64 === null ? 'no value' : hexDump(value_base64),
      ),
    );
  } catch (error) {
    render(place, h('p', { class: 'notice wrong' }, describeError(error)));
  }
}
