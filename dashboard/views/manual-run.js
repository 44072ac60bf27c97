// @ts-check
import { describeError, requestJson } from '../data/api.js';
import { getServerTime, onStatus, refreshStatusSoon, titleOf } from '../data/status.js';
import { createButton, createNotice, h, render } from '../ui/dom.js';
import { createRawReason, describeRetry, explainFailure, failureOf } from '../ui/failures.js';
import { formatAge, renderUtc } from '../ui/time.js';

/** @typedef {import('../data/types.d.ts').Schemas['Run']} Run */

/**
 * A button that triggers a run now, with the next slot and the budget.
 * @param {AbortSignal} signal
 * @param {() => void} refreshRuns
 */
export function createManualRun(signal, refreshRuns) {
  const outcome = h('div.outcome', { role: 'status' });
  const trigger = async () => {
    // `disabled` would take the focus away.
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    render(outcome, createNotice('', 'Updating …'));
    try {
      /** @type {{ data: Run }} */
      const { data } = await requestJson('/v2/runs', {
        method: 'POST',
        authorize: true,
        headers: { Prefer: 'wait=20' },
        signal,
      });
      render(outcome, ...describeOutcome(data));
    } catch (error) {
      render(outcome, createNotice('wrong', describeError(error)));
    } finally {
      button.removeAttribute('aria-disabled');
      if (!signal.aborted) refreshRuns();
      refreshStatusSoon();
    }
  };
  const button = createButton('Update now', () => void trigger(), { class: 'button primary' });
  const context = h('p.muted');
  onStatus((snapshot) => {
    const { status } = snapshot;
    if (!status) return;
    const { next_slot, spent_today, daily_budget, console_url } = status;
    render(
      context,
      'Next slot ',
      renderUtc(next_slot),
      ` UTC, ${formatAge(next_slot, getServerTime(snapshot))}. `,
      spent_today !== null && `${spent_today} of ${daily_budget} rates spent today. `,
      console_url && h('a', { href: console_url, rel: 'noreferrer' }, 'Redpanda Console'),
    );
  }, signal);
  return h(
    'section.panel.bare.manual-run',
    { 'aria-label': 'Manual run' },
    h('div.row', button, context),
    outcome,
  );
}

/** @param {Run} run @returns {(Node | string | null)[]} */
function describeOutcome(run) {
  const { source, state, cost, ended_at, next_attempt_at, missing, outcome } = run;
  const title = titleOf(source);
  if (state === 'confirmed') {
    const absent = missing.length ? ` ${title} had no rate for ${missing.join(', ')}.` : '';
    const text =
      outcome === 'no_newer_rate'
        ? `${title} sent no newer rates.`
        : `Done ${formatAge(ended_at)}: the rates are readable.`;
    const kind = outcome === 'no_newer_rate' ? '' : 'good';
    const price = cost === null ? '' : ` Cost: ${cost} rates.`;
    return [createNotice(kind, `${text}${price}${absent}`)];
  }
  const { cause, action, raw } = explainFailure(failureOf(run, source));
  if (state === 'failed' || state === 'skipped')
    return [
      createNotice('wrong', h('strong', `Run ${state}. `), `${cause} ${action}`),
      createRawReason(raw) || null,
    ];
  const reason = failureOf(run, source).reason === null ? '' : cause;
  return [
    createNotice('', `Still running (${state}). ${reason} ${describeRetry(next_attempt_at)}`),
    createRawReason(raw) || null,
  ];
}
