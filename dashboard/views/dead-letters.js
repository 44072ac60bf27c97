// @ts-check
import { read, troubleOf } from '../data/ask.js';
import { lookAgain, onStatus } from '../data/status.js';
import { choice, element, fill } from '../ui/element.js';
import { state } from '../ui/header.js';
import { hexDump } from '../ui/hex-dump.js';
import { utc } from '../ui/moment.js';
import { nothing, panel } from '../ui/panel.js';

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
  const which = choice(
    'Which dead letters',
    [
      ['open', 'open'],
      ['redriven', 'redriven'],
      ['closed', 'closed'],
    ],
    { value: () => wanted, pick: show },
  );
  const { root, load } = panel({ title: 'Dead letters', signal, tools: [which.root], lines: 4 });
  root.id = 'dead-letters';
  const refresh = () =>
    void load(async () => {
      /** @type {{ data: DeadLetter[], meta: { next_cursor?: string | null } }} */
      const { data, meta } = await read(`/v2/dead-letters?state=${wanted}&limit=${SHOWN}`, {
        signal,
      });
      if (data.length === 0)
        return [
          nothing(
            `No ${wanted} dead letter.`,
            wanted === 'open' ? 'Every record became a rate.' : '',
          ),
        ];
      return [
        element(
          'ul',
          { class: 'letters' },
          data.map((letter) => item(letter, signal, refresh)),
        ),
        meta.next_cursor
          ? element('p', { class: 'muted' }, `The oldest ${SHOWN} are shown.`)
          : null,
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
  const outcome = element('div', { role: 'status' });
  const bytes = element('div');
  const raw = element(
    'details',
    { class: 'on-demand' },
    element('summary', {}, 'Raw bytes'),
    bytes,
  );
  raw.addEventListener('toggle', () => raw.open && void showBytes(bytes, id, signal));
  return element(
    'li',
    { class: 'letter' },
    element(
      'div',
      { class: 'letter-head' },
      element(
        'p',
        {},
        element('strong', {}, reason),
        ' ',
        element(
          'span',
          { class: 'muted' },
          `${topic} ${partition}:${record_offset}, set aside `,
          utc(set_aside_at),
          ' UTC',
        ),
      ),
      letter.state === 'open'
        ? element(
            'button',
            {
              type: 'button',
              class: 'button',
              'data-key': `redrive-${id}`,
              click: () => void redrive(id, outcome, signal, refresh),
            },
            'Redrive',
          )
        : state(letter.state),
    ),
    element('p', {}, detail),
    redrive_error
      ? element('p', { class: 'notice wrong' }, `Tried again in vain: ${redrive_error}`)
      : null,
    outcome,
    raw,
  );
}

/** @param {string} id @param {HTMLElement} outcome @param {AbortSignal} signal @param {() => void} refresh */
async function redrive(id, outcome, signal, refresh) {
  fill(outcome, element('p', { class: 'notice' }, 'Asked for; waiting for a consumer to try it …'));
  try {
    await read(`/v2/dead-letters/${id}/redrive`, { method: 'POST', secret: true, signal });
    /** @type {DeadLetterWithBytes} */
    let letter;
    do {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      letter = (await read(`/v2/dead-letters/${id}`, { secret: true, signal })).data;
    } while (letter.redrive_asked_at !== null);
    refresh();
    lookAgain();
  } catch (error) {
    fill(outcome, element('p', { class: 'notice wrong' }, troubleOf(error)));
  }
}

/** @param {HTMLElement} place @param {string} id @param {AbortSignal} signal */
async function showBytes(place, id, signal) {
  try {
    /** @type {{ data: DeadLetterWithBytes }} */
    const { data } = await read(`/v2/dead-letters/${id}`, { secret: true, signal });
    const { key, headers, value_base64 } = data;
    const named = Object.entries({ key: key ?? 'none', ...headers });
    fill(
      place,
      element(
        'dl',
        { class: 'headers' },
        named.flatMap(([name, value]) => [
          element('dt', {}, name),
          element('dd', {}, String(value)),
        ]),
      ),
      element(
        'pre',
        { class: 'hex', tabindex: '0', 'aria-label': 'The bytes of the record' },
        value_base64 === null ? 'no value' : hexDump(value_base64),
      ),
    );
  } catch (error) {
    fill(place, element('p', { class: 'notice wrong' }, troubleOf(error)));
  }
}
