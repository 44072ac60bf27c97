// @ts-check
import { describeError, requestJson } from '../data/api.js';
import { onStatus, refreshStatusSoon } from '../data/status.js';
import { h, render } from '../ui/dom.js';
import { formatAge, renderUtc } from '../ui/time.js';

/** @typedef {import('../data/answers.d.ts').Run} Run */

/**
 * The button that pulls now, when the next slot is due, and where the console is.
 * @param {AbortSignal} signal
 * @param {() => void} refresh
 */
export function pullNow(signal, refresh) {
  const outcome = h('div', { class: 'outcome', role: 'status' });
  const button = h(
    'button',
    { type: 'button', class: 'button primary', click: () => void pull() },
    'Pull now',
  );
  const due = h('p', { class: 'muted' });
  const pull = async () => {
    // Not `disabled`: that would take the focus away from whoever pressed it.
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    render(outcome, h('p', { class: 'notice' }, 'Pulling …'));
    try {
      /** @type {{ data: Run }} */
      const { data } = await requestJson('/v2/runs', {
        method: 'POST',
        authorize: true,
        headers: { Prefer: 'wait=20' },
        signal,
      });
      render(outcome, told(data));
    } catch (error) {
      render(outcome, h('p', { class: 'notice wrong' }, describeError(error)));
    } finally {
      button.removeAttribute('aria-disabled');
      if (!signal.aborted) refresh();
      refreshStatusSoon();
    }
  };
  onStatus(({ status, since }) => {
    if (!status) return;
    const now = Date.parse(status.now) + Date.now() - since;
    render(
      due,
      'Next slot ',
      renderUtc(status.next_slot),
      ` UTC, ${formatAge(status.next_slot, now)}. `,
      `${status.spent_today} of ${status.daily_budget} rates spent today. `,
      status.console_url
        ? h('a', { href: status.console_url, rel: 'noreferrer' }, 'Redpanda Console')
        : null,
    );
  }, signal);
  return h(
    'section',
    { class: 'panel bare pull', 'aria-label': 'Pull now' },
    h('div', { class: 'row' }, button, due),
    outcome,
  );
}

/** @param {Run} run */
function told({ state, reason, cost, ended_at, next_attempt_at, missing }) {
  if (state === 'confirmed')
    return h(
      'p',
      { class: 'notice good' },
      `Done ${formatAge(ended_at)}: the rates are readable. It cost ${cost}${missing.length ? `; XE had none for ${missing.join(', ')}` : ''}.`,
    );
  if (state === 'failed' || state === 'skipped')
    return h(
      'p',
      { class: 'notice wrong' },
      h('strong', {}, `The pull ${state === 'failed' ? 'failed' : 'was skipped'}. `),
      reason ?? '',
    );
  return h(
    'p',
    { class: 'notice' },
    `Still under way (${state}).`,
    reason ? ` ${reason}.` : '',
    next_attempt_at ? [' It is tried again at ', renderUtc(next_attempt_at), ' UTC.'] : '',
  );
}
