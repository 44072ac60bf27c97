import type { Freshness, FreshnessQuery } from '../../ledger/freshness.ts';
import type { Answer } from '../http/formats.ts';
import type { Handler } from '../http/operations.ts';
import { KEY_PART, keyIn, pageOf } from '../http/paging.ts';
import type { Question } from '../http/params.ts';
import { Refused } from '../http/problems.ts';
import { codeOf, pairsOf } from './asked-currencies.ts';
import type { BucketPage, BucketsQuery } from './buckets.ts';
import type { Days, PairRateQueries, Pairs } from './pair-rates.ts';
import { gapOn, isSimulated, validity, withStale } from './rate-rows.ts';

export interface RatesDeps {
  pairRates: PairRateQueries;
  buckets: BucketsQuery;
  freshness: FreshnessQuery;
  currencies: readonly string[];
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 3660;
const AFTER = [KEY_PART.day, KEY_PART.code];

/** Rates: the newest, of a day, of a range, in buckets, and of one pair. */
export function ratesHandlers({
  pairRates,
  buckets,
  freshness,
  currencies,
}: RatesDeps): Record<string, Handler> {
  async function onDay(pairs: Pairs, { date, on_missing = 'null' }: Question, fresh: Freshness) {
    const day = String(date);
    const [found, newest] = await Promise.all([
      pairRates.on(pairs, day),
      newestWhereStale(pairs, fresh),
    ]);
    const missing = pairs.quotes.filter((quote) => !found.some((row) => row.quote === quote));
    if (missing.length > 0 && on_missing === 'error') {
      const detail = `there is no rate of ${day} for ${missing.map((quote) => `${pairs.base}/${quote}`).join(', ')}`;
      throw new Refused('no-rate', detail);
    }
    const earlier =
      on_missing === 'previous' ? await pairRates.upTo({ ...pairs, quotes: missing }, day) : [];
    const told = withStale([...found, ...earlier], newest, fresh);
    const rows = pairs.quotes.map(
      (quote) => told.find((row) => row.quote === quote) ?? gapOn(day, { base: pairs.base, quote }),
    );
    return {
      rows,
      missing,
      valid: validity(rows, fresh, { settled: missing.length === 0 && day < fresh.today }),
    };
  }

  async function inRange(question: Question, pairs: Pairs, fresh: Freshness): Promise<Answer> {
    const days = await rangeOf(question, pairs, fresh);
    const paging = { after: keyIn(question['cursor'], AFTER), limit: Number(question['limit']) };
    const { group } = question;
    const past = { from: days.from, to: days.to < fresh.today ? days.to : fresh.today };
    const about = (missing_dates: string[]) => ({
      meta: { base: pairs.base, ...days, missing_dates },
      settled:
        missing_dates.length === 0 && days.to < fresh.today && question['from'] !== undefined,
    });
    if (group !== undefined) {
      const { meta, settled } = about(await pairRates.missingDays(pairs, past));
      const rows = await buckets({
        ...pairs,
        ...days,
        after: paging.after,
        group: group as BucketPage['group'],
        limit: paging.limit + 1,
      });
      const { page, next_cursor } = pageOf(rows, paging.limit, ({ from, quote }) => [from, quote]);
      const simulated = isSimulated(await pairRates.latest(pairs));
      const data = page.map(({ fetched_at: _, ...bucket }) => bucket);
      return {
        item: 'Bucket',
        data,
        meta: { ...meta, simulated, next_cursor },
        valid: validity(page, fresh, { settled }),
      };
    }
    const [rows, newest] = await Promise.all([
      pairRates.between(pairs, days, { ...paging, limit: paging.limit + 1 }),
      newestWhereStale(pairs, fresh),
    ]);
    const { page, next_cursor } = pageOf(rows, paging.limit, ({ rate_date, quote }) => [
      rate_date,
      quote,
    ]);
    // As many rows as days and pairs: nothing is missing, and Postgres need not look for it.
    const whole =
      paging.after === null &&
      days.to === past.to &&
      rows.length === pairs.quotes.length * dayCount(days);
    const { meta, settled } = about(whole ? [] : await pairRates.missingDays(pairs, past));
    const data = withStale(page, newest, fresh);
    return {
      item: 'Rate',
      data,
      meta: { ...meta, simulated: isSimulated(data), next_cursor },
      valid: validity(data, fresh, { settled }),
    };
  }

  /** Only a newest row can be stale: where no currency is, nobody need know which row is the newest. */
  async function newestWhereStale(pairs: Pairs, fresh: Freshness) {
    return pairs.quotes.some((quote) => fresh.isStale(pairs.base, quote))
      ? pairRates.latest(pairs)
      : [];
  }

  async function rangeOf({ from, to }: Question, pairs: Pairs, { today }: Freshness) {
    const last = String(to ?? today);
    const first = String(from ?? (await pairRates.firstDay(pairs)) ?? last);
    if (from !== undefined && first > last)
      throw wrong('from', `from: expected a day up to ${last}, got ${first}`);
    if (dayCount({ from: first, to: last }) > MOST_DAYS + 1)
      throw wrong('from', `from: expected at most ${MOST_DAYS} days up to ${last}, got ${first}`);
    return { from: first < last ? first : last, to: last };
  }

  return {
    latestRates: async (question) => {
      const pairs = pairsOf(question, currencies);
      const fresh = await freshness();
      const newest = await pairRates.latest(pairs);
      const data = withStale(newest, newest, fresh);
      const missing_quotes = pairs.quotes.filter(
        (quote) => !newest.some((row) => row.quote === quote),
      );
      const meta = {
        base: pairs.base,
        simulated: isSimulated(data),
        next_slot: fresh.next_slot,
        missing_quotes,
      };
      return { item: 'Rate', data, meta, valid: validity(data, fresh, { settled: false }) };
    },

    rates: async (question) => {
      const pairs = pairsOf(question, currencies);
      const { date } = question;
      const stray = ['from', 'to', 'group', 'cursor'].find(
        (name) => date !== undefined && question[name] !== undefined,
      );
      if (stray) throw wrong(stray, `${stray} does not go with date: expected one or the other`);
      if (date === undefined && question['on_missing'] !== undefined)
        throw wrong('on_missing', 'on_missing goes with date only');
      const fresh = await freshness();
      if (date === undefined) return inRange(question, pairs, fresh);
      const { rows, missing, valid } = await onDay(pairs, question, fresh);
      return {
        item: 'Rate',
        data: rows,
        meta: { base: pairs.base, simulated: isSimulated(rows), date, missing_quotes: missing },
        valid,
      };
    },

    pairRate: async (question) => {
      const base = codeOf(question['base'], { known: currencies, pointer: '#/path/base' });
      const quote = codeOf(question['quote'], { known: currencies, pointer: '#/path/quote' });
      const pairs = { base, quotes: [quote] };
      const fresh = await freshness();
      if (question['date'] !== undefined) {
        const { rows, missing, valid } = await onDay(pairs, question, fresh);
        const meta = {
          base,
          simulated: isSimulated(rows),
          date: question['date'],
          missing_quotes: missing,
        };
        return { item: 'Rate', data: rows[0] as object, meta, valid };
      }
      if (question['on_missing'] !== undefined)
        throw wrong('on_missing', 'on_missing goes with date only');
      const newest = await pairRates.latest(pairs);
      const [row] = withStale(newest, newest, fresh);
      if (!row) throw new Refused('no-rate', `there is no rate for ${base}/${quote} yet`);
      const meta = { base, simulated: isSimulated([row]), next_slot: fresh.next_slot };
      return { item: 'Rate', data: row, meta, valid: validity([row], fresh, { settled: false }) };
    },
  };
}

/** How many days a range has, both ends included. */
const dayCount = ({ from, to }: Days) => (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;

function wrong(name: string, detail: string): Refused {
  return new Refused('invalid-parameter', detail, {
    errors: [{ detail, pointer: `#/query/${name}` }],
  });
}
