// @ts-check
import { read, troubleOf } from '../data/ask.js';
import { lookAgain, onStatus } from '../data/status.js';
import { element, fill } from '../ui/element.js';
import { ago, utc } from '../ui/moment.js';

/** @typedef {import('../data/answers.d.ts').Run} Run */

/**
 * The button that pulls now, when the next slot is due, and where the console is.
 * @param {AbortSignal} signal
 * @param {() => void} refresh
 */
export function pullNow(signal, refresh) {
  const outcome = element('div', { class: 'outcome', role: 'status' });
  const button = element(
    'button',
    { type: 'button', class: 'button primary', click: () => void pull() },
    'Pull now',
  );
  const due = element('p', { class: 'muted' });
  const pull = async () => {
    // Not `disabled`: that would take the focus away from whoever pressed it.
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    fill(outcome, element('p', { class: 'notice' }, 'Pulling …'));
    try {
      /** @type {{ data: Run }} */
      const { data } = await read('/v2/runs', {
        method: 'POST',
        secret: true,
        headers: { Prefer: 'wait=20' },
        signal,
      });
      fill(outcome, told(data));
    } catch (error) {
      fill(outcome, element('p', { class: 'notice wrong' }, troubleOf(error)));
    } finally {
      button.removeAttribute('aria-disabled');
      if (!signal.aborted) refresh();
      lookAgain();
    }
  };
  onStatus(({ status, since }) => {
    if (!status) return;
    const now = Date.parse(status.now) + Date.now() - since;
    fill(
      due,
      'Next slot ',
      utc(status.next_slot),
      ` UTC, ${ago(status.next_slot, now)}. `,
      `${status.spent_today} of ${status.daily_budget} rates spent today. `,
      status.console_url
        ? element('a', { href: status.console_url, rel: 'noreferrer' }, 'Redpanda Console')
        : null,
    );
  }, signal);
  return element(
    'section',
    { class: 'panel bare pull', 'aria-label': 'Pull now' },
    element('div', { class: 'row' }, button, due),
    outcome,
  );
}

/** @param {Run} run */
function told({ state, reason, cost, ended_at, next_attempt_at, missing }) {
  if (state === 'confirmed')
    return element(
      'p',
      { class: 'notice good' },
      `Done ${ago(ended_at)}: the rates are readable. It cost ${cost}${missing.length ? `; XE had none for ${missing.join(', ')}` : ''}.`,
    );
  if (state === 'failed' || state === 'skipped')
    return element(
      'p',
      { class: 'notice wrong' },
      element('strong', {}, `The pull ${state === 'failed' ? 'failed' : 'was skipped'}. `),
      reason ?? '',
    );
  return element(
    'p',
    { class: 'notice' },
    `Still under way (${state}).`,
    reason ? ` ${reason}.` : '',
    next_attempt_at ? [' It is tried again at ', utc(next_attempt_at), ' UTC.'] : '',
  );
}
