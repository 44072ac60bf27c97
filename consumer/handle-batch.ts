import { type RateObserved, UndecodableRecord } from '../events/rate-observed.ts';
import type { RateDecoder } from '../events/wire-format.ts';
import { failpoint } from '../platform/failpoint.ts';
import { classify } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import { metrics } from '../platform/metrics.ts';
import type { StreamRecord } from '../stream/port.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { RateStore, Saved } from './rate-store.ts';

export interface BatchDeps {
  decode: RateDecoder;
  store: RateStore;
  deadLetters: DeadLetters;
  log: Logger;
}

/** What became of a batch: events that were new or there already, currency-days with another rate, records set aside, tombstones. */
export interface Handled extends Saved {
  readonly unchanged: number;
  readonly dead: number;
  readonly tombstones: number;
}

/**
 * Turns records into rows: decodes, sets aside what can never work, saves the rest in one transaction. Resolves when everything is
 * kept somewhere; rejects, and thereby has the same records brought again, when Postgres, the registry or the stream is away.
 */
export function batchHandler({
  decode,
  store,
  deadLetters,
  log,
}: BatchDeps): (records: readonly StreamRecord[]) => Promise<Handled> {
  async function setAside(record: StreamRecord, fault: UndecodableRecord): Promise<void> {
    if (!(await deadLetters.setAside(record, fault))) return;
    const { topic, partition, offset } = record;
    log.error(
      { topic, partition, offset, reason: fault.reason, detail: fault.message },
      'a record was set aside',
    );
  }

  /** Finds the records that Postgres itself refuses, one by one, so that they do not hold up the others of their batch. */
  async function saveOneByOne(decoded: readonly Decoded[]): Promise<Saved & { dead: number }> {
    const sum = { inserted: 0, updatedDays: 0, dead: 0 };
    for (const { record, rate } of decoded) {
      try {
        const { inserted, updatedDays } = await store.save([rate]);
        sum.inserted += inserted;
        sum.updatedDays += updatedDays;
      } catch (error) {
        if (classify(error) !== 'unstorable') throw error;
        await setAside(
          record,
          new UndecodableRecord('refused_by_postgres', (error as Error).message, { cause: error }),
        );
        sum.dead++;
      }
    }
    return sum;
  }

  async function save(decoded: readonly Decoded[]): Promise<Saved & { dead: number }> {
    try {
      return { ...(await store.save(decoded.map(({ rate }) => rate))), dead: 0 };
    } catch (error) {
      if (classify(error) !== 'unstorable') throw error;
      return saveOneByOne(decoded);
    }
  }

  return async (records) => {
    failpoint('before-decode');
    const decoded: Decoded[] = [];
    let undecodable = 0;
    let tombstones = 0;
    for (const record of records) {
      // A tombstone asks for a key to be forgotten; rates are never forgotten, and it is no fault.
      if (record.value === null) {
        tombstones++;
        continue;
      }
      try {
        decoded.push({
          record,
          rate: decode.decodeNow(record.value) ?? (await decode(record.value)),
        });
      } catch (error) {
        if (!(error instanceof UndecodableRecord)) throw error;
        await setAside(record, error);
        undecodable++;
      }
    }
    failpoint('after-decode');
    const { inserted, updatedDays, dead } = await save(decoded);
    const handled = {
      inserted,
      updatedDays,
      unchanged: decoded.length - dead - inserted,
      dead: undecodable + dead,
      tombstones,
    };
    for (const result of ['inserted', 'unchanged', 'dead'] as const)
      metrics.consumed.inc({ result }, handled[result]);
    return handled;
  };
}

interface Decoded {
  record: StreamRecord;
  rate: RateObserved;
}
