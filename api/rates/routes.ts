import type { Freshness, ReadFreshness } from '../../ledger/freshness.ts';
import type { Result } from '../http/formats.ts';
import type { Handler } from '../http/operations.ts';
import { KEY_PART, readPage } from '../http/paging.ts';
import type { Params } from '../http/params.ts';
import { invalidParameter, Refused } from '../http/problems.ts';
import type { Days, Grouping, Pairs, RateQueries } from './queries.ts';
import {
  countDays,
  DAY_MS,
  daysWithout,
  describeRange,
  gapRow,
  isFinalDay,
  isSimulated,
  knownCode,
  markStale,
  pastDay,
  quotesWithout,
  rateFileName,
  refuseCut,
  requestedPairs,
  untilToday,
  validityOf,
  wideTable,
} from './rows.ts';

export interface RatesDeps {
  rates: RateQueries;
  readFreshness: ReadFreshness;
  currencies: readonly string[];
}

const MAX_DAYS = 3660;
/** A page goes on in the order of the quotes: a cursor fits only the list that it was made for. */
const cursorOf = ({ quotes }: Pairs) => [
  KEY_PART.day,
  KEY_PART.code,
  (text: string) => text === quotes.join(),
];

export function ratesHandlers(deps: RatesDeps): Record<string, Handler> {
  const { rates, readFreshness, currencies } = deps;
  return {
    latestRates: async (params) => {
      const pairs = requestedPairs(params, currencies);
      const fresh = await readFreshness();
      const newest = await latest(rates, pairs, fresh);
      const data = markStale(newest, newest, fresh);
      const meta = {
        base: pairs.base,
        simulated: isSimulated(data, fresh),
        next_slot: fresh.next_slot,
        missing_quotes: quotesWithout(pairs, newest),
      };
      return {
        item: 'Rate',
        data,
        meta,
        valid: validityOf(fresh),
        fileName: rateFileName(pairs, `latest_${fresh.today}`, params),
        ...wideTable(params, data, pairs),
      };
    },

    rates: async (params) => {
      const pairs = requestedPairs(params, currencies);
      refuseMixture(params);
      const fresh = await readFreshness();
      const { date } = params;
      if (date === undefined)
        return params['group'] === undefined
          ? readRange(deps, params, pairs, fresh)
          : readBuckets(deps, params, pairs, fresh);
      const { rows, missing, valid } = await readDay(deps, pairs, params, fresh);
      return {
        item: 'Rate',
        data: rows,
        meta: {
          base: pairs.base,
          simulated: isSimulated(rows, fresh),
          date,
          missing_quotes: missing,
        },
        valid,
        fileName: rateFileName(pairs, String(date), params),
        ...wideTable(params, rows, pairs),
      };
    },

    pairRate: (params) => readPair(deps, params),
  };
}

async function readPair(deps: RatesDeps, params: Params): Promise<Result> {
  const { rates, readFreshness, currencies } = deps;
  const base = knownCode(params['base'], currencies, 'base', 'path');
  const quote = knownCode(params['currency'], currencies, 'currency', 'path');
  const pairs = { base, quotes: [quote] };
  refuseMixture(params);
  const fresh = await readFreshness();
  const { date } = params;
  if (date !== undefined) {
    const { rows, missing, valid } = await readDay(deps, pairs, params, fresh);
    const meta = { base, simulated: isSimulated(rows, fresh), date, missing_quotes: missing };
    return { item: 'Rate', data: rows[0] as object, meta, valid };
  }
  const newest = await latest(rates, pairs, fresh);
  const [row] = markStale(newest, newest, fresh);
  if (!row) throw new Refused('no-rate', `there is no rate for ${base}/${quote} yet`);
  const meta = { base, simulated: isSimulated([row], fresh), next_slot: fresh.next_slot };
  return { item: 'Rate', data: row, meta, valid: validityOf(fresh) };
}

export function latest(rates: RateQueries, pairs: Pairs, { today }: Freshness) {
  return rates.newestUntil(pairs, new Date(Date.parse(today) + DAY_MS).toISOString().slice(0, 10));
}

/** 404 that names the last day before with a rate, so that a client can go on from there. */
export async function refuseNoRate(
  rates: RateQueries,
  { base, quotes }: Pairs,
  day: string,
): Promise<never> {
  const earlier = await rates.newestUntil({ base, quotes }, day);
  const last_date = earlier.map(({ rate_date }) => rate_date).sort()[0] ?? null;
  const names = quotes.map((quote) => `${base}/${quote}`).join(', ');
  const hint = last_date
    ? `the last day before that has one is ${last_date}: use it, or on_missing=previous`
    : 'no earlier day has one';
  throw new Refused('no-rate', `there is no rate of ${day} for ${names}; ${hint}`, { last_date });
}

async function readDay(
  { rates }: RatesDeps,
  pairs: Pairs,
  { date, on_missing = 'null' }: Params,
  fresh: Freshness,
) {
  const day = pastDay('date', date, fresh);
  const [found, newest] = await Promise.all([
    rates.onDay(pairs, day),
    newestWhereStale(rates, pairs, fresh),
  ]);
  const missing = quotesWithout(pairs, found);
  const absent = { base: pairs.base, quotes: missing };
  if (missing.length > 0 && on_missing === 'error') await refuseNoRate(rates, absent, day);
  const earlier =
    missing.length > 0 && on_missing === 'previous' ? await rates.newestUntil(absent, day) : [];
  const shown = markStale([...found, ...earlier], newest, fresh, day);
  const rows = pairs.quotes.map(
    (quote) => shown.find((row) => row.quote === quote) ?? gapRow(day, pairs.base, quote),
  );
  const isFinal = missing.length === 0 && isFinalDay(day, rows, fresh);
  return { rows, missing, valid: validityOf(fresh, isFinal) };
}

async function readRange(
  { rates }: RatesDeps,
  params: Params,
  pairs: Pairs,
  fresh: Freshness,
): Promise<Result> {
  const days = await requestedDays(rates, params, pairs, fresh);
  const past = untilToday(days, fresh);
  const isWhole =
    params['cursor'] === undefined &&
    pairs.quotes.length * countDays(days) <= Number(params['limit']);
  // Before the rows: a rate that is stored in between is a gap named in vain, never one hidden.
  const listed = isWhole ? undefined : await rates.missingDays(pairs, past);
  const [{ page, next_cursor }, newest] = await Promise.all([
    readPage(
      params,
      cursorOf(pairs),
      (wanted) => rates.inRange(pairs, days, wanted),
      (row) => [row.rate_date, row.quote, pairs.quotes.join()],
    ),
    newestWhereStale(rates, pairs, fresh),
  ]);
  if (params['layout'] === 'wide') refuseCut(params, next_cursor);
  const missing_dates = listed ?? daysWithout(pairs, past, page);
  const data = markStale(page, newest, fresh);
  return {
    ...describeRange(params, { pairs, days, fresh, missing_dates, next_cursor, isWhole }, data),
    item: 'Rate',
    data,
    fileName: rateFileName(pairs, days, params),
    ...wideTable(params, data, pairs),
  };
}

async function readBuckets(
  { rates }: RatesDeps,
  params: Params,
  pairs: Pairs,
  fresh: Freshness,
): Promise<Result> {
  const days = await requestedDays(rates, params, pairs, fresh);
  const group = params['group'] as Grouping;
  // Before the buckets, as before the rows of a range.
  const missing_dates = await rates.missingDays(pairs, untilToday(days, fresh));
  const { page, next_cursor } = await readPage(
    params,
    cursorOf(pairs),
    (wanted) => rates.inBuckets(pairs, days, { ...wanted, group, today: fresh.today }),
    ({ from, quote }) => [from, quote, pairs.quotes.join()],
  );
  const counted = page.reduce((sum, { count }) => sum + count, 0);
  const isWhole = counted === pairs.quotes.length * countDays(days);
  return {
    ...describeRange(params, { pairs, days, fresh, missing_dates, next_cursor, isWhole }, page),
    item: 'Bucket',
    data: page,
    fileName: `${rateFileName(pairs, days)}_by-${group}`,
  };
}

function refuseMixture(params: Params): void {
  const { date, on_missing, layout, group } = params;
  const names = ['from', 'to', 'group', 'cursor'];
  const stray = names.find((name) => date !== undefined && params[name] !== undefined);
  if (stray) throw invalidParameter(stray, 'use it without date, or date alone');
  if (date === undefined && on_missing !== undefined)
    throw invalidParameter('on_missing', 'use it together with date, for example date=2026-11-24');
  if (layout === 'wide' && group !== undefined)
    throw invalidParameter('layout', 'use layout=wide without group');
}

async function newestWhereStale(rates: RateQueries, pairs: Pairs, fresh: Freshness) {
  const isAnyStale = pairs.quotes.some((quote) => fresh.isStale(pairs.base, quote));
  return isAnyStale ? latest(rates, pairs, fresh) : [];
}

async function requestedDays(
  rates: RateQueries,
  { from, to }: Params,
  pairs: Pairs,
  { today }: Freshness,
): Promise<Days> {
  const last = String(to ?? today);
  const first = String(from ?? (await rates.firstDay(pairs)) ?? last);
  if (from !== undefined && first > last)
    throw invalidParameter('from', `use a day up to ${last} (got ${first})`);
  if (countDays({ from: first, to: last }) > MAX_DAYS + 1) {
    const earliest = new Date(Date.parse(last) - MAX_DAYS * DAY_MS).toISOString().slice(0, 10);
    const expected = `use at most ${MAX_DAYS} days: ${earliest} or later (got ${first})`;
    throw invalidParameter('from', expected);
  }
  return { from: first < last ? first : last, to: last };
}
