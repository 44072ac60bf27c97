// @ts-check
import { describeError, Problem, requestJson } from '../data/api.js';
import { loadCurrencies } from '../data/currencies.js';
import { onRate } from '../data/event-stream.js';
import { debounce, waitForView } from '../data/schedule.js';
import { anySignal } from '../data/signals.js';
import { isSimulated } from '../data/status.js';
import {
  createButton,
  createField,
  createMark,
  createNotice,
  createOptions,
  h,
  render,
} from '../ui/dom.js';
import { groupThousands } from '../ui/numbers.js';
import { createSection } from '../ui/panel.js';
import { getToday } from '../ui/time.js';
import { DIVERGES, SUSPECT } from './rate-cards.js';

/** @typedef {import('../data/types.d.ts').Schemas['Conversion']} Conversion */
/** @typedef {ReturnType<typeof createInputs>} Inputs */

const DEBOUNCE_MS = 250;
const PLAIN = /^\d{1,15}(\.\d{1,10})?$/;
/** Thousands in groups of three, by comma, space, apostrophe or underscore. */
const GROUPED = /^\d{1,3}([,\s'’_]\d{3})+(\.\d+)?$/;

/** Converts an amount as the user types; the service calculates. @param {AbortSignal} signal */
export function createConverter(signal) {
  const inputs = createInputs();
  const { amount, from, to, date } = inputs;
  const result = h('output.conversion', {
    for: 'amount convert-from convert-to convert-date',
  });
  const convert = createConversion(inputs, result, signal);
  const input = debounce(() => void convert(), DEBOUNCE_MS);
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    void convert();
  };
  const swap = () => {
    [from.value, to.value] = [to.value, from.value];
    void convert();
  };
  const swapLabel = 'Swap the two currencies';
  const swapButton = { class: 'button icon', 'aria-label': swapLabel, title: swapLabel };
  const form = h(
    'form',
    { input, submit },
    createField('Amount', 'amount', amount),
    h(
      'div.swap',
      createField('From', 'convert-from', from),
      createButton('⇄', swap, swapButton),
      createField('To', 'convert-to', to),
    ),
    createField('Rate of (empty: latest)', 'convert-date', date),
    result,
  );
  void waitForView(form, signal).then(() => startConverter(inputs, result, convert, signal));
  return createSection({ title: 'Converter', class: 'converter' }, form);
}

function createInputs() {
  const amount = { inputmode: 'decimal', autocomplete: 'off', value: '100', class: 'number' };
  return {
    amount: h('input', { id: 'amount', ...amount }),
    from: h('select', { id: 'convert-from' }),
    to: h('select', { id: 'convert-to' }),
    date: h('input', {
      ...{ id: 'convert-date', type: 'date', min: '2000-01-01', max: getToday() },
      // The page may be open for days.
      focus: ({ target }) => target.setAttribute('max', getToday()),
    }),
  };
}

/** @param {Inputs} inputs @param {HTMLElement} result @param {AbortSignal} signal */
function createConversion({ amount, from, to, date }, result, signal) {
  let pending = new AbortController();
  /** Offers the last rate before a day without one. @param {string | null} [day] */
  const renderNoRate = (day) => {
    const missing = `There is no rate for ${from.value}/${to.value}`;
    if (!date.value) return [createNotice('wrong', `${missing} yet.`)];
    const hint = day ? `The last one before is of ${day}.` : 'No earlier day has one.';
    return [
      createNotice('wrong', `${missing} of ${date.value}. ${hint}`),
      day && createButton(`Use the rate of ${day}`, () => void convert(true)),
    ];
  };
  /** @param {boolean} [carryForward] uses the last rate before a day without one */
  async function convert(carryForward = false) {
    pending.abort();
    pending = new AbortController();
    const parsed = parseAmount(amount.value);
    if (parsed === null)
      return render(result, createNotice('', 'Enter an amount such as 1250.50 or 1,250.50.'));
    const query = new URLSearchParams({
      from: from.value,
      to: to.value,
      amount: parsed,
      ...(date.value && { date: date.value }),
      ...(carryForward && { on_missing: 'previous' }),
    });
    try {
      /** @type {{ data: Conversion }} */
      const { data } = await requestJson(`/v2/convert?${query}`, {
        signal: anySignal([signal, pending.signal]),
      });
      render(result, ...renderConversion(data, date.value));
    } catch (error) {
      const message = describeError(error);
      if (message === null) return;
      const isMissing = error instanceof Problem && error.status === 404;
      if (isMissing) render(result, ...renderNoRate(error.body.last_date));
      else render(result, createNotice('wrong', message));
    }
  }
  return convert;
}

/** Plain decimal text, or null: `1.250,50` could mean two amounts. @param {string} text */
function parseAmount(text) {
  const trimmed = text.trim();
  const plain = GROUPED.test(trimmed) ? trimmed.replace(/[,\s'’_]/g, '') : trimmed;
  return PLAIN.test(plain) ? plain : null;
}

/**
 * Fills the currencies and converts as soon as there are rates.
 * @param {Inputs} inputs
 * @param {HTMLElement} result
 * @param {() => Promise<void>} convert
 * @param {AbortSignal} signal
 */
function startConverter({ from, to }, result, convert, signal) {
  const waiting = new AbortController();
  const start = async () => {
    try {
      const { data } = await loadCurrencies();
      if (waiting.signal.aborted || data.every(({ days }) => days === 0)) return;
      waiting.abort();
      const codes = [...new Set(['USD', ...data.map(({ code }) => code)])];
      for (const select of [from, to])
        render(select, createOptions(codes.map((code) => [code, code])));
      from.value = 'USD';
      to.value = codes.includes('KES') ? 'KES' : (codes[1] ?? 'USD');
      await convert();
    } catch (error) {
      const message = describeError(error);
      if (message) render(result, createNotice('wrong', message));
    }
  };
  onRate(start, anySignal([signal, waiting.signal]), { firstConnection: false });
  return start();
}

/** @param {Conversion} conversion @param {string} wanted the day, or '' for the latest */
function renderConversion(conversion, wanted) {
  const { from, to, amount, result, rate, rate_date, derived, source } = conversion;
  const { suspect, diverges, stale } = conversion;
  const carried = wanted !== '' && wanted !== rate_date;
  return [
    h('p.muted', `${groupThousands(amount)} ${from} =`),
    h('p.conversion-result', groupThousands(result), ' ', h('span.muted', to)),
    h(
      'p.muted.small',
      `1 ${from} = ${groupThousands(rate)} ${to}, `,
      derived ? 'derived from the USD rates of ' : 'rate of ',
      rate_date,
      carried && `, the last before ${wanted}`,
    ),
    h(
      'p.row.marks',
      stale && createMark('wrong', 'stale'),
      suspect && createMark('wrong', 'suspect', SUSPECT),
      diverges && createMark('wrong', 'diverges', DIVERGES),
      isSimulated(source) && createMark('dull', 'simulated'),
    ),
  ];
}
