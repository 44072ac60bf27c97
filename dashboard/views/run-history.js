// @ts-check
import { requestJson } from '../data/api.js';
import { onRate } from '../data/event-stream.js';
import { onStatus } from '../data/status.js';
import { createTable, h } from '../ui/dom.js';
import { renderState } from '../ui/health-strip.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { formatDuration, renderUtc } from '../ui/time.js';

/** @typedef {import('../data/answers.d.ts').Run} Run */

const SHOWN = 50;
const COLUMNS = [
  { name: 'Asked (UTC)' },
  { name: 'Slot (UTC)' },
  { name: 'Trigger' },
  { name: 'State' },
  { name: 'Took', figures: true },
  { name: 'Tries', figures: true },
  { name: 'Cost', figures: true },
  { name: 'Reason' },
];

/** Every slot and pull, newest first, and above them the latest that went wrong. @param {AbortSignal} signal */
export function runHistory(signal) {
  const { root, load } = createPanel({ title: 'Runs', signal, lines: 13 });
  const refresh = () =>
    void load(async () => {
      /** @type {{ data: Run[] }} */
      const { data } = await requestJson(`/v2/runs?limit=${SHOWN}`, { signal });
      if (data.length === 0)
        return [createEmptyState('No run yet.', 'The first one starts with the producer.')];
      return [latestTrouble(data), createTable('Runs, newest first', COLUMNS, data.map(row))];
    });
  let seen = '';
  // The status tells when something has changed; the list itself is long.
  onStatus(({ status, trouble }) => {
    const now = JSON.stringify([
      trouble?.message,
      status?.last_slot,
      status?.spent_today,
      /** @type {any} */ (status)?.open_runs,
    ]);
    if (now !== seen) refresh();
    seen = now;
  }, signal);
  onRate(refresh, signal);
  return { root, refresh };
}

/** @param {Run[]} runs newest first */
function latestTrouble(runs) {
  const at = runs.findIndex(
    ({ reason, state }) =>
      state === 'failed' || (reason !== null && state !== 'confirmed' && state !== 'skipped'),
  );
  const run = runs[at];
  if (!run) return null;
  const since = runs.slice(0, at).some(({ state }) => state === 'confirmed');
  return h(
    'div',
    { class: `notice ${since ? '' : 'wrong'} latest-error` },
    h(
      'p',
      {},
      h('strong', {}, 'Latest error '),
      renderUtc(run.asked_at, { seconds: true }),
      ` UTC, ${run.trigger}: ${run.reason ?? 'no reason is known'}`,
      since ? ' A later run has brought rates.' : '',
      run.next_attempt_at
        ? [' It is tried again at ', renderUtc(run.next_attempt_at, { seconds: true }), '.']
        : null,
    ),
  );
}

/** @param {Run} run */
function row(run) {
  const {
    asked_at,
    slot,
    first_day,
    last_day,
    trigger,
    attempts,
    cost,
    ended_at,
    skipped_count,
    reason,
    missing,
  } = run;
  const took = ended_at === null ? 'open' : lasted(Date.parse(ended_at) - Date.parse(asked_at));
  return [
    renderUtc(asked_at, { seconds: true }),
    slot ? renderUtc(slot) : first_day ? `${first_day} – ${last_day}` : '–',
    `${trigger}${skipped_count ? ` × ${skipped_count}` : ''}`,
    renderState(run.state),
    took,
    String(attempts),
    String(cost),
    h(
      'span',
      { class: 'reason' },
      reason ?? (missing.length ? `XE had no ${missing.join(', ')}` : '–'),
    ),
  ];
}

/** @param {number} ms */
const lasted = (ms) =>
  ms < 10_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : formatDuration(ms);
