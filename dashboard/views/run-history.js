// @ts-check
import { requestAllPages } from '../data/api.js';
import { onRate } from '../data/event-stream.js';
import { getParam, onParamsChange } from '../data/params.js';
import { onStatus, titleOf } from '../data/status.js';
import { createTable, h } from '../ui/dom.js';
import { createRawDetails, describeRetry, explainFailure, failureOf } from '../ui/failures.js';
import { createFilter } from '../ui/filter.js';
import { renderState } from '../ui/health-strip.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { formatDuration, renderUtc } from '../ui/time.js';

/** @typedef {import('../data/types.d.ts').Run} Run */

const SHOWN = 50;
/** A filter looks at this many of the newest runs. */
const MAX_SEARCHED = 2000;
const MAX_PAGE = 1000;
const COLUMNS = [
  { name: 'Requested (UTC)' },
  { name: 'Slot (UTC)' },
  { name: 'Trigger' },
  { name: 'State' },
  { name: 'Duration', figures: true },
  { name: 'Attempts', figures: true },
  { name: 'Cost', figures: true },
  { name: 'Result' },
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
    tools: filters.map(({ select }) => select),
    lines: 13,
  });
  const refresh = () => void load(() => renderRuns(signal));
  let shown = getFilter();
  onParamsChange(() => {
    for (const { follow } of filters) follow();
    if (shown === getFilter()) return;
    shown = getFilter();
    refresh();
  }, signal);
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

const getFilter = () => `${getParam('run_state')} ${getParam('run_trigger')}`;

/** @param {AbortSignal} signal */
async function renderRuns(signal) {
  const [state, trigger] = [getParam('run_state'), getParam('run_trigger')];
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
  if (data.length > 0) return [createTable('Runs, newest first', COLUMNS, data.map(createRow))];
  if (isFiltered) return [createEmptyState('No run matches.', 'Change the filter above.')];
  return [createEmptyState('No run yet.', 'The first one starts with the producer.')];
}

/** @param {Run} run */
function createRow(run) {
  const { asked_at, slot, first_day, last_day, trigger, attempts, cost, ended_at } = run;
  const duration = ended_at === null ? 'open' : Date.parse(ended_at) - Date.parse(asked_at);
  return [
    renderUtc(asked_at, { seconds: true }),
    slot ? renderUtc(slot) : first_day ? `${first_day} – ${last_day}` : '–',
    `${trigger}${run.skipped_count ? ` × ${run.skipped_count}` : ''}`,
    renderState(run.state),
    typeof duration === 'string' ? duration : formatRunTime(duration),
    String(attempts),
    cost === null ? '–' : String(cost),
    createResult(run),
  ];
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
  return h(
    'div',
    { class: 'reason' },
    [cause, retry, action].filter(Boolean).join(' '),
    createRawDetails(raw),
  );
}

/** @param {number} ms */
const formatRunTime = (ms) =>
  ms < 10_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : formatDuration(ms);
