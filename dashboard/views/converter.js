// @ts-check

import { describeError, requestJson } from '../data/api.js';
import { groupThousands } from '../data/decimal.js';
import { onRate } from '../data/event-stream.js';
import { anySignal } from '../data/signals.js';
import { h, render } from '../ui/dom.js';

/** @typedef {import('../data/answers.d.ts').Conversion} Conversion */
/** @typedef {import('../data/answers.d.ts').Currency} Currency */

const TYPING_MS = 250;

/** An amount in another currency, computed by the service as one types. @param {AbortSignal} signal */
export function converter(signal) {
  const amount = h('input', {
    id: 'amount',
    inputmode: 'decimal',
    autocomplete: 'off',
    value: '100',
    class: 'figure',
  });
  const from = h('select', { id: 'convert-from' });
  const to = h('select', { id: 'convert-to' });
  const date = h('input', { id: 'convert-date', type: 'date', min: '2000-01-01' });
  const result = h('output', {
    class: 'conversion',
    for: 'amount convert-from convert-to convert-date',
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  let asking = new AbortController();
  const convert = async () => {
    asking.abort();
    asking = new AbortController();
    const given = amount.value.replace(/[\s,_]/g, '');
    if (!/^\d{1,15}(\.\d{1,10})?$/.test(given))
      return render(result, h('p', { class: 'muted' }, 'Give an amount such as 1250.50.'));
    const query = new URLSearchParams({
      from: from.value,
      to: to.value,
      amount: given,
      ...(date.value && { date: date.value }),
    });
    try {
      /** @type {{ data: Conversion }} */
      const { data } = await requestJson(`/v2/convert?${query}`, {
        signal: anySignal([signal, asking.signal]),
      });
      render(result, ...told(data));
    } catch (error) {
      const trouble = describeError(error);
      if (trouble) render(result, h('p', { class: 'notice wrong' }, trouble));
    }
  };
  const soon = () => {
    clearTimeout(later);
    later = setTimeout(() => void convert(), TYPING_MS);
  };
  const swap = () => {
    [from.value, to.value] = [to.value, from.value];
    void convert();
  };
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    void convert();
  };
  const waiting = new AbortController();
  const begin = async () => {
    try {
      /** @type {{ data: Currency[] }} */
      const { data } = await requestJson('/v2/currencies', { signal });
      // Before the first pull has landed there is nothing to convert by.
      if (waiting.signal.aborted || data.every(({ days }) => days === 0)) return;
      waiting.abort();
      const codes = [...new Set(['USD', ...data.map(({ code }) => code)])];
      for (const select of [from, to])
        render(
          select,
          codes.map((code) => h('option', { value: code }, code)),
        );
      [from.value, to.value] = ['USD', codes.includes('KES') ? 'KES' : (codes[1] ?? 'USD')];
      await convert();
    } catch (error) {
      const trouble = describeError(error);
      if (trouble) render(result, h('p', { class: 'notice wrong' }, trouble));
    }
  };
  onRate(begin, anySignal([signal, waiting.signal]));
  void begin();
  return h(
    'section',
    { class: 'panel converter', 'aria-labelledby': 'converter-title' },
    h('div', { class: 'panel-head' }, h('h2', { id: 'converter-title' }, 'Converter')),
    h(
      'form',
      { class: 'panel-body', input: soon, submit },
      field('Amount', 'amount', amount),
      h(
        'div',
        { class: 'swap' },
        field('From', 'convert-from', from),
        h(
          'button',
          {
            type: 'button',
            class: 'button icon',
            click: swap,
            'aria-label': 'Swap the two currencies',
            title: 'Swap',
          },
          '⇄',
        ),
        field('To', 'convert-to', to),
      ),
      field('By the rate of (empty: the newest)', 'convert-date', date),
      result,
    ),
  );
}

/** @param {string} label @param {string} id @param {HTMLElement} input */
const field = (label, id, input) =>
  h('div', { class: 'field' }, h('label', { for: id }, label), input);

/** @param {Conversion} conversion */
function told({ from, to, amount, result, rate, rate_date, derived, source }) {
  return [
    h('p', { class: 'muted' }, `${groupThousands(amount)} ${from} is`),
    h(
      'p',
      { class: 'conversion-result' },
      groupThousands(result),
      ' ',
      h('span', { class: 'muted' }, to),
    ),
    h(
      'p',
      { class: 'muted small' },
      `1 ${from} = ${groupThousands(rate)} ${to}, ${derived ? 'derived from the rates' : 'the rate'} of ${rate_date}`,
      source === 'simulator' && ' (simulated)',
    ),
  ];
}
