import { openBreaker } from '../ledger/breaker.ts';
import type { Account } from '../ledger/credentials.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Run } from '../ledger/run.ts';
import { retryUntilDone } from '../platform/back-off.ts';
import type { Database } from '../platform/database.ts';
import { deadlineSignal } from '../platform/deadline.ts';
import { UpstreamError } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoint.ts';
import { classify } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import { metrics } from '../platform/metrics.ts';
import type { EventStream } from '../stream/port.ts';
import { keepHeaders } from './account.ts';
import { daysOf, eventIdOf, eventsOf, recordOf } from './run-events.ts';
import type { XeClient } from './xe-client.ts';

export interface PullDeps {
  db: Database;
  account: Account;
  ledger: Ledger;
  xe: XeClient;
  stream: Pick<EventStream, 'publish' | 'positions'>;
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
/** XE has refused us and does not say for how long: it is left alone for this. */
const BREAK_SECONDS = 3600;

/**
 * Takes a claimed run as far as it goes: ask XE, keep the answer, publish. What XE or the stream fail at ends in the ledger. Resolves with
 * the run when XE has answered it just now.
 */
export async function pullRates(
  deps: PullDeps,
  run: Run,
  { stopping, slotsLeft }: { stopping: AbortSignal; slotsLeft: number },
): Promise<Run | null> {
  failpoint('after-claim');
  const renewal = setInterval(() => deps.ledger.renew(run).catch(() => undefined), RENEW_MS);
  try {
    const fetched =
      run.state === 'claimed' ? await fetchRates(deps, run, { stopping, slotsLeft }) : run;
    if (fetched?.state !== 'fetched') return null;
    failpoint('after-keep');
    await publishRates(deps, fetched);
    return run.state === 'claimed' ? fetched : null;
  } finally {
    clearInterval(renewal);
  }
}

async function fetchRates(
  { db, account, ledger, xe, log }: PullDeps,
  run: Run,
  { stopping, slotsLeft }: { stopping: AbortSignal; slotsLeft: number },
): Promise<Run | null> {
  // The claim has reserved what one try may cost. Another is paid for before it is made, or not made.
  let reserved = 1;
  const mayTryAgain = async () => {
    const granted = await ledger.reserveTry(run, slotsLeft).catch(() => false);
    if (granted) reserved++;
    return granted;
  };
  const timed = metrics.fetchSeconds.startTimer();
  const about = { run: run.run_id, trigger: run.trigger, slot: run.slot };
  try {
    const { now } = await ledger.highWaterMark();
    const pulled = await xe.rates(
      { currencies: run.currencies, now, days: daysOf(run) },
      { stopping, mayTryAgain },
    );
    failpoint('after-answer');
    const { text, answeredBy, quotes, missing, wasted, quota } = pulled;
    timed();
    metrics.fetches.inc({ outcome: missing.length > 0 ? 'partial' : 'ok' });
    log.info(
      { ...about, rates: quotes.length, observedAt: quotes[0]?.observedAt, answeredBy, missing },
      'XE has answered',
    );
    const givingUp = deadlineSignal(KEEP_TRYING_MS, stopping);
    const eventIds = quotes.map((quote) => eventIdOf(run, quote));
    const kept = await retryUntilDone(
      'ledger',
      () =>
        ledger.keepAnswer(run, {
          answer: text,
          answeredBy,
          eventIds,
          missing,
          quota,
          wasted,
          reserved,
        }),
      {
        log,
        signal: givingUp.signal,
        fatal: (error) => (classify(error) === 'outage' ? null : (error as Error)),
      },
    );
    givingUp.clear();
    if (kept === undefined)
      log.error(
        { ...about, answer: text },
        'an answer that may have been billed could not be kept in the ledger',
      );
    if (kept) await keepHeaders({ db, log, account }, quota);
    return kept ?? null;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { message, wasted, retryable, status, retryAt } = error;
    timed();
    metrics.fetches.inc({ outcome: status === 429 ? 'quota' : retryable ? 'failed' : 'refused' });
    const refused = status === 401 || status === 403;
    // Asking on would cost a trial its last calls, or have us locked out: only time or a person closes the breaker.
    if (refused || status === 429)
      await openBreaker(db, {
        ...account,
        status,
        reason: message,
        until: retryAt,
        seconds: retryAt ? 0 : BREAK_SECONDS,
      });
    // A person asked and is told; a slot is owed and tried again, unless XE does not know us, which only a person can mend.
    // A page of past days that XE cannot give now it will not give later either.
    const hopeless = run.trigger === 'backfill' && !retryable && status !== 429;
    const givenUp = run.trigger === 'manual' || refused || hopeless;
    // Whoever is asked to stop has not failed: the next one goes on at once, as it would after a kill.
    const againSeconds = stopping.aborted
      ? 0
      : givenUp
        ? null
        : (TRY_AGAIN_SECONDS[run.attempts - 1] ?? 3600);
    log.error({ ...about, error: message, retryable, againSeconds }, 'XE has not answered');
    await ledger.notFetched(run, { error: message, againSeconds, wasted, reserved });
    return null;
  }
}

async function publishRates(
  { ledger, stream, topic, schemaId, log }: PullDeps,
  run: Run,
): Promise<void> {
  try {
    const id = await schemaId();
    const records = eventsOf(run).map((rate) => recordOf(rate, id));
    const to = await stream.publish(topic, records);
    failpoint('after-publish');
    await ledger.published(run, to);
    metrics.published.inc(records.length);
    log.info({ run: run.run_id, topic, events: records.length }, 'published');
  } catch (error) {
    log.error(
      { run: run.run_id, error: (error as Error).message },
      'not published; the answer is kept and published later',
    );
    await ledger.notPublished(run, `not published yet: ${(error as Error).message}`);
  }
}
