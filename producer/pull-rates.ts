import { headersOf } from '../events/headers.ts';
import { eventId, keyOf, type RateObserved } from '../events/rate-observed.ts';
import { encodeRate } from '../events/wire-format.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Run } from '../ledger/run.ts';
import { untilDone } from '../platform/back-off.ts';
import { UpstreamError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { databaseFault } from '../platform/sqlstate.ts';
import type { EventStream } from '../stream/port.ts';
import { readXeAnswer } from './xe-answer.ts';
import type { XeClient } from './xe-client.ts';

export interface PullDeps {
  ledger: Ledger;
  xe: XeClient;
  stream: Pick<EventStream, 'publish'>;
  topic: string;
  /** The id of our schema, from the registry or built in; rejects while the registry is away. */
  schemaId: () => Promise<number>;
  log: Logger;
}

const RENEW_MS = 5000;
/** An answer that is paid for is held on to through an outage of Postgres for this long; the fence guards against a second holder. */
const KEEP_TRYING_MS = 300_000;
/** After the first failed round in 5 minutes, then 15, then every hour. */
const TRY_AGAIN_SECONDS = [300, 900, 3600];

/** Takes a claimed run as far as it goes: ask XE, keep the answer, publish. What XE or the stream fail at ends in the ledger. */
export async function pullRates(deps: PullDeps, run: Run, stopping: AbortSignal): Promise<void> {
  const renewal = setInterval(() => deps.ledger.renew(run).catch(() => undefined), RENEW_MS);
  try {
    const fetched = run.state === 'claimed' ? await fetchRates(deps, run, stopping) : run;
    if (fetched?.state === 'fetched') await publishRates(deps, fetched);
  } finally {
    clearInterval(renewal);
  }
}

async function fetchRates({ ledger, xe, log }: PullDeps, run: Run, stopping: AbortSignal): Promise<Run | null> {
  const about = { run: run.run_id, trigger: run.trigger, slot: run.slot };
  try {
    const { now } = await ledger.highWaterMark();
    const { text, answeredBy, observedAt, quotes, missing, wasted } = await xe.convertFrom(run.currencies, { now, stopping });
    const ids = quotes.map(({ currency }) => idOf(run, currency, observedAt));
    log.info({ ...about, rates: quotes.length, observedAt, answeredBy, missing }, 'XE has answered');
    const givingUp = AbortSignal.any([AbortSignal.timeout(KEEP_TRYING_MS), stopping]);
    const kept = await untilDone(
      'ledger',
      () => ledger.keepAnswer(run, { answer: text, answeredBy, eventIds: ids, missing, wasted }),
      {
        log,
        signal: givingUp,
        hopeless: (error) => (databaseFault(error) === 'away' ? null : (error as Error)),
      },
    );
    if (kept === undefined)
      log.error({ ...about, answer: text }, 'an answer that may have been billed could not be kept in the ledger');
    return kept ?? null;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { message, wasted, retryable, status } = error;
    // A person asked and is told; a slot is owed and tried again, unless XE does not know us, which only a person can mend.
    const againSeconds =
      run.trigger === 'manual' || status === 401 || status === 403 ? null : (TRY_AGAIN_SECONDS[run.attempts - 1] ?? 3600);
    log.error({ ...about, error: message, retryable, againSeconds }, 'XE has not answered');
    await ledger.notFetched(run, { error: message, againSeconds, wasted });
    return null;
  }
}

async function publishRates({ ledger, stream, topic, schemaId, log }: PullDeps, run: Run): Promise<void> {
  try {
    const id = await schemaId();
    const records = ratesOf(run).map((rate) => ({ key: keyOf(rate), value: encodeRate(rate, id), headers: headersOf(rate) }));
    await ledger.published(run, await stream.publish(topic, records));
    log.info({ run: run.run_id, topic, events: records.length }, 'published');
  } catch (error) {
    log.error({ run: run.run_id, error: (error as Error).message }, 'not published; the answer is kept and published later');
    await ledger.notPublished(run, `not published yet: ${(error as Error).message}`);
  }
}

/** The events of a kept answer: the same ones however often they are derived, so publishing again doubles nothing. */
function ratesOf(run: Run): RateObserved[] {
  if (run.answer === null || run.answered_by === null || run.fetched_at === null)
    throw new Error(`run ${run.run_id} has no answer`);
  const fetched_at = new Date(run.fetched_at).toISOString();
  const source = run.answered_by;
  const { observedAt, quotes } = readXeAnswer(run.answer, { currencies: run.currencies, now: run.fetched_at });
  return quotes.map(({ currency, mid }) => ({
    event_id: idOf(run, currency, observedAt),
    run_id: run.run_id,
    source,
    base_currency: 'USD',
    quote_currency: currency,
    mid,
    observed_at: observedAt,
    fetched_at,
  }));
}

function idOf({ run_id }: Run, quote_currency: string, observed_at: string): string {
  return eventId({ run_id, base_currency: 'USD', quote_currency, observed_at });
}
