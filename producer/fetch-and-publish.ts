import { cloudEventHeaders, eventId, keyOf, type RateObserved } from '../events/rate-observed.ts';
import { encodeRate } from '../events/wire-format.ts';
import { describeFetchFailure } from '../ledger/failure.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { accountIsStale, keepPackage, keepQuota } from '../ledger/quota.ts';
import type { Run } from '../ledger/run.ts';
import { retryUntilDone } from '../platform/back-off.ts';
import type { Database } from '../platform/database.ts';
import { deadlineSignal } from '../platform/deadline.ts';
import { RecordTooLarge, UpstreamError, type UpstreamKind } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoint.ts';
import { classify, isSqlState } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import { metrics } from '../platform/metrics.ts';
import { openOutageLog } from '../platform/outage-log.ts';
import type { Appended, EventStream, OutgoingRecord } from '../stream/port.ts';
import type { Days, FetchedRates, Provider, Quote, RatesResponse } from './providers/port.ts';

/** A provider with its own ledger: budget, circuit breaker and quota are its own. */
export interface Lane {
  ledger: Ledger;
  provider: Provider;
}

export interface FetchDeps extends Lane {
  db: Database;
  publisher: {
    /** Creates the topic and looks up the id of the event schema, once per connection. */
    prepare(): Promise<number>;
    publish(records: readonly OutgoingRecord[]): Promise<readonly Appended[]>;
  };
  positions: EventStream['positions'];
  topic: string;
  log: Logger;
}

interface Call {
  signal: AbortSignal;
  slotsLeft: number;
}

interface FetchedRun {
  run: Run;
  events: RateObserved[];
}

const OUTCOMES: Partial<Record<UpstreamKind, string>> = {
  ...{ exhausted: 'quota', refused: 'refused', rejected: 'refused' },
};
const RENEW_MS = 5000;
const STORE_DEADLINE_MS = 300_000;
const PUBLISH_RETRY_MS = 5000;
const ACCOUNT_HOURS = 6;

/**
 * Takes a claimed run as far as it goes: fetch, store the response, publish its events. Failures of
 * the provider or the stream are recorded. A bug ends the run: it is neither retried nor billed
 * again. Rejects only while Postgres is unavailable. Resolves with the run if it fetched.
 */
export async function fetchAndPublish(deps: FetchDeps, run: Run, call: Call): Promise<Run | null> {
  failpoint('after-claim');
  const { ledger, log } = deps;
  const renew = () =>
    ledger
      .renewLease(run)
      .catch((err) => log.debug({ err, runId: run.run_id }, 'lease not renewed'));
  const renewal = setInterval(renew, RENEW_MS);
  try {
    const fetched =
      run.state === 'claimed'
        ? await fetchRates(deps, run, call)
        : { run, events: eventsOf(run, parseStored(deps, run).quotes) };
    if (!fetched) return null;
    failpoint('after-keep');
    await publishEvents(deps, fetched);
    return run.state === 'claimed' ? fetched.run : null;
  } catch (err) {
    if (classify(err) === 'outage') throw err;
    log.error({ err, ...about(run) }, 'run failed by an unexpected error, not retried');
    const detail = { message: (err as Error).message };
    await ledger.failRun(run, { code: 'internal_error', detail });
    return null;
  } finally {
    clearInterval(renewal);
  }
}

async function fetchRates(deps: FetchDeps, run: Run, call: Call): Promise<FetchedRun | null> {
  const { ledger, provider, log } = deps;
  const stopTimer = metrics.fetchSeconds.startTimer();
  // The claim has reserved the price of one fetch. Unless it may have been billed, a retry is free.
  const mayRetry = async (error: UpstreamError) =>
    !error.billed || (await ledger.reservePrice(run, call.slotsLeft)) === null;
  const request = {
    currencies: run.currencies,
    now: run.claimed_at ?? (await ledger.now()),
    days: daysOf(run),
  };
  try {
    const response = await provider.fetchRates(request, { signal: call.signal, mayRetry });
    failpoint('after-answer');
    metrics.fetches.inc({ outcome: response.missing.length > 0 ? 'partial' : 'ok' });
    return await storeResponse(deps, run, response, call.signal);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const ended = describeFetchFailure(run, error, call.signal.aborted);
    const { code } = ended.failure;
    metrics.fetches.inc({ outcome: OUTCOMES[error.kind] ?? 'failed' });
    const { retryInSeconds } = ended;
    const next = retryInSeconds === null ? 'not retried' : 'retrying later';
    const what = code === 'interrupted' ? code : 'failed';
    const level = what === 'failed' ? 'error' : 'info';
    log[level]({ err: error, ...about(run), code, retryInSeconds }, `fetch ${what}, ${next}`);
    await untilStored(deps, () => ledger.fetchFailed(run, ended), call.signal);
    return null;
  } finally {
    stopTimer();
  }
}

async function storeResponse(
  deps: FetchDeps,
  run: Run,
  response: FetchedRates,
  signal: AbortSignal,
): Promise<FetchedRun | null> {
  const { db, ledger, log } = deps;
  const { quotes, missing, unrequested, body, answeredBy, quota, quotaSeen: seen } = response;
  const observed = quotes.map(({ observedAt }) => observedAt).sort();
  const [observedFrom = '', observedTo = ''] = [observed[0], observed.at(-1)];
  log.info(
    { ...about(run), rates: quotes.length, observedFrom, answeredBy, missing, unrequested },
    'rates fetched',
  );
  const events = eventsOf({ ...run, answered_by: answeredBy }, quotes);
  const fetched = {
    ...{ body, answeredBy, missing, quota, observedFrom, observedTo, billedRates: response.cost },
    eventIds: events.map(({ event_id }) => event_id),
  };
  const stored = await untilStored(deps, () => ledger.storeResponse(run, fetched), signal);
  if (stored === undefined)
    log.error({ ...about(run), response: body }, 'a response that may be billed was not stored');
  if (!stored) return null;
  await keepQuota(db, { ...ledger.account, seen }).catch((err) =>
    log.warn({ err, ...about(run) }, 'the quota headers were not stored'),
  );
  return { run: stored, events: eventsOf(stored, quotes) };
}

/** Writes to the ledger, also while stopping; retries through an outage. Undefined: given up. */
async function untilStored<T>(
  { log }: FetchDeps,
  write: () => Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const deadline = deadlineSignal(STORE_DEADLINE_MS, signal);
  try {
    return await write();
  } catch (err) {
    if (classify(err) !== 'outage') throw err;
    return await retryUntilDone('ledger', write, { log, signal: deadline.signal });
  } finally {
    deadline.clear();
  }
}

async function publishEvents(deps: FetchDeps, { run, events }: FetchedRun): Promise<void> {
  const { ledger, publisher, topic, log } = deps;
  const meanwhile = 'the response is stored and published later';
  const outage = openOutageLog({ name: 'publish', meanwhile, log });
  let appended: readonly Appended[];
  try {
    const schemaId = await publisher.prepare();
    const records = events.map((event) => recordOf(event, schemaId));
    appended = await publisher.publish(records);
  } catch (err) {
    if (isBug(err)) throw err;
    outage.failed(err, PUBLISH_RETRY_MS);
    const detail = { message: (err as Error).message };
    await ledger.publishFailed(run, { code: 'stream_unavailable', detail });
    return;
  }
  outage.recovered();
  failpoint('after-publish');
  await ledger.published(run, appended);
  metrics.published.inc(events.length);
  log.info({ ...about(run), topic, events: events.length }, 'published');
}

/** Publishing again would fail in the same way. Anything else of a stream counts as an outage. */
function isBug(err: unknown): boolean {
  const kinds = [RecordTooLarge, TypeError, RangeError, ReferenceError, SyntaxError];
  if (kinds.some((kind) => err instanceof kind)) return true;
  const { code } = err as { code?: unknown };
  return typeof code === 'string' && isSqlState(code) && classify(err) === 'bug';
}

/** Calls account_info, which is free, every few hours, and stores the package with the run. */
export async function refreshAccount(
  { db, ledger, provider, log }: FetchDeps,
  run: Run,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (!(await accountIsStale(db, ledger.account, ACCOUNT_HOURS))) return;
    const { seen } = await provider.fetchAccount(signal);
    await keepQuota(db, { ...ledger.account, seen, account: true });
    await keepPackage(db, run.run_id, seen.package ?? null);
    if (seen.package?.startsWith('FREETRIAL'))
      log.warn({ package: seen.package }, 'this package is a trial and may serve mock rates');
  } catch (err) {
    log.warn({ err }, 'the account could not be read');
  }
}

const about = ({ run_id: runId, trigger, slot }: Run) => ({ runId, trigger, slot });

/** The past days that a run is for; null for current rates. */
function daysOf({ first_day, last_day }: Run): Days | null {
  return first_day && last_day ? { first: first_day, last: last_day } : null;
}

/** Parses the stored response of a run whose holder has died. */
function parseStored({ provider }: { provider: Provider }, run: Run): RatesResponse {
  if (run.response_body === null) throw new Error(`run ${run.run_id} has no response`);
  return provider.parse(run.response_body, {
    currencies: run.currencies,
    now: run.fetched_at ?? run.asked_at,
    days: daysOf(run),
  });
}

/**
 * The events of a run's quotes. Deterministic: publishing again sends the same events, which are
 * stored once.
 */
function eventsOf(run: Run, quotes: readonly Quote[]): RateObserved[] {
  const { run_id, answered_by } = run;
  if (answered_by === null) throw new Error(`run ${run_id} has no response`);
  const fetched_at = new Date(run.fetched_at ?? run.asked_at).toISOString();
  return quotes.map(({ currency: quote_currency, mid, observedAt: observed_at }) => {
    const pair = { run_id, base_currency: 'USD', quote_currency, observed_at };
    return { event_id: eventId(pair), ...pair, source: answered_by, mid, fetched_at };
  });
}

/** An event as it goes on the stream. */
function recordOf(rate: RateObserved, schemaId: number) {
  return { key: keyOf(rate), value: encodeRate(rate, schemaId), headers: cloudEventHeaders(rate) };
}
