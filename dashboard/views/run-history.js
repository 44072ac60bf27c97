// @ts-check
import { requestAllPages } from '../data/api.js';
import { onRate } from '../data/event-stream.js';
import { getChoice, getParam, onParams } from '../data/params.js';
import { onStatus, titleOf } from '../data/status.js';
import { h } from '../ui/dom.js';
import { createRawReason, describeRetry, explainFailure, failureOf } from '../ui/failures.js';
import { createFilter } from '../ui/filter.js';
import { renderState } from '../ui/health-strip.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createTable, number, text } from '../ui/table.js';
import { formatDuration, renderUtc } from '../ui/time.js';

/** @typedef {import('../data/types.d.ts').Schemas['Run']} Run */

const SHOWN = 50;
/** A filter looks at this many of the newest runs. */
const MAX_SEARCHED = 2000;
const MAX_PAGE = 1000;
/** @type {readonly import('../ui/table.js').Column<Run>[]} */
const COLUMNS = [
  text('Requested (UTC)', ({ asked_at }) => renderUtc(asked_at, { seconds: true })),
  text('Slot (UTC)', ({ slot, first_day, last_day }) =>
    first_day && !slot ? `${first_day} – ${last_day}` : renderUtc(slot),
  ),
  text('Trigger', ({ trigger, skipped_count }) =>
    skipped_count ? `${trigger} × ${skipped_count}` : trigger,
  ),
  text('State', ({ state }) => renderState(state)),
  number('Duration', formatRunTime),
  number('Attempts', 'attempts'),
  number('Cost', 'cost'),
  text('Result', createResult),
];
const STATES = [
  'due',
  'claimed',
  'fetched',
  'published',
  'retrying',
  'confirmed',
  'failed',
  'skipped',
];
const TRIGGERS = ['schedule', 'catch-up', 'manual', 'backfill', 'fallback', 'cross-check'];

/** Runs, newest first; the filter is in the URL. @param {AbortSignal} signal */
export function createRunHistory(signal) {
  const filters = [
    createFilter('run_state', 'State', STATES),
    createFilter('run_trigger', 'Trigger', TRIGGERS),
  ];
  const { root, load } = createPanel({
    title: 'Runs',
    signal,
    tools: filters.map((filter) => filter.root),
    lines: 13,
  });
  const refresh = () => void load(() => renderRuns(signal));
  const follow = () => {
    for (const filter of filters) filter.follow();
    refresh();
  };
  onParams(['run_state', 'run_trigger'], follow, signal);
  let seen = '';
  // The list is long: it is only requested again when the status has changed.
  onStatus(({ status, error }) => {
    if (!status && !error) return;
    const { last_slot, spent_today, open_runs } = status ?? {};
    const now = JSON.stringify([error?.message, last_slot, spent_today, open_runs]);
    if (now !== seen) refresh();
    seen = now;
  }, signal);
  onRate(refresh, signal, { firstConnection: false });
  return { root, refresh };
}

/** @param {AbortSignal} signal */
async function renderRuns(signal) {
  const state = getChoice('run_state', STATES, getParam('run_state'));
  const trigger = getChoice('run_trigger', TRIGGERS, getParam('run_trigger'));
  const isFiltered = state !== '' || trigger !== '';
  /** @type {{ data: Run[] }} */
  const { data: runs } = await requestAllPages(`/v2/runs?limit=${isFiltered ? MAX_PAGE : SHOWN}`, {
    signal,
    authorize: 'if-known',
    most: isFiltered ? MAX_SEARCHED : SHOWN,
  });
  const data = runs
    .filter((run) => (!state || run.state === state) && (!trigger || run.trigger === trigger))
    .slice(0, SHOWN);
  const describeRow = (/** @type {Run} */ { run_id }) => ({ 'data-key': run_id });
  if (data.length > 0) return [createTable('Runs, newest first', COLUMNS, data, { describeRow })];
  if (isFiltered) return [createEmptyState('No run matches.', 'Change the filter above.')];
  return [createEmptyState('No run yet.', 'The first one starts with the producer.')];
}

/** @param {Run} run */
function createResult(run) {
  const { missing, outcome, next_attempt_at, state } = run;
  const failure = failureOf(run, run.source);
  if (failure.code === null && failure.reason === null) {
    const notes = [
      outcome === 'no_newer_rate' && 'No newer rate',
      missing.length > 0 && `${titleOf(run.source)} had no ${missing.join(', ')}`,
    ].filter(Boolean);
    return notes.join('. ') || '–';
  }
  const { cause, action, raw } = explainFailure(failure);
  const retry = state === 'confirmed' ? '' : describeRetry(next_attempt_at);
  return h('div.reason', [cause, retry, action].filter(Boolean).join(' '), createRawReason(raw));
}

/** @param {Run} run */
function formatRunTime({ asked_at, ended_at }) {
  if (ended_at === null) return 'open';
  const ms = Date.parse(ended_at) - Date.parse(asked_at);
  return ms < 10_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : formatDuration(ms);
}
