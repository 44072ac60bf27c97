import currencyCodes from 'currency-codes';
import type { Handler } from '../http/operations.ts';
import { KEY_PART, readPage } from '../http/paging.ts';
import { invalidParameter } from '../http/problems.ts';
import { latest, type RatesDeps, refuseNoRate } from './routes.ts';
import { BASE, DAY_MS, isFinalDay, knownCode, markStale, pastDay, validityOf } from './rows.ts';

const CURSOR = [KEY_PART.instant, KEY_PART.code, KEY_PART.uuid];

/** Behind and beyond the rates: every fetch of a day, an amount converted, the currencies. */
export function rateDetailsHandlers(deps: RatesDeps): Record<string, Handler> {
  return {
    observations: observationsHandler(deps),
    latestObservations: latestObservationsHandler(deps),
    quality: qualityHandler(deps),
    convert: convertHandler(deps),
    currencies: currenciesHandler(deps),
  };
}

function observationsHandler({ rates, readFreshness, currencies }: RatesDeps): Handler {
  return async ({ date, quotes, ...params }) => {
    const codes = knownCodes(quotes, currencies);
    const fresh = await readFreshness();
    const day = pastDay('date', date, fresh);
    const { page, next_cursor } = await readPage(
      params,
      CURSOR,
      (wanted) => rates.observationsOf(day, codes, wanted),
      ({ observed_at, quote, event_id }) => [observed_at, quote, event_id],
    );
    return {
      item: 'Observation',
      data: page,
      meta: { next_cursor },
      valid: validityOf(fresh),
      fileName: `fx-observations_${day}`,
    };
  };
}

const QUALITY_CURSOR = [KEY_PART.day, KEY_PART.code];
const QUALITY_DAYS = 90;

/** How well the sources of each day agree; the last 90 days without `from`. */
function qualityHandler({ rates, readFreshness, currencies }: RatesDeps): Handler {
  return async ({ from, to, quotes, ...params }) => {
    const codes = knownCodes(quotes, currencies);
    const fresh = await readFreshness();
    const last = String(to ?? fresh.today);
    const ago = new Date(Date.parse(last) - QUALITY_DAYS * DAY_MS).toISOString().slice(0, 10);
    const days = { from: String(from ?? ago), to: last };
    if (days.from > last) throw invalidParameter('from', `use a day up to ${last}`);
    const { page, next_cursor } = await readPage(
      params,
      QUALITY_CURSOR,
      (wanted) => rates.quality(codes, days, wanted),
      (row) => [row.rate_date, row.quote],
    );
    return {
      item: 'Quality',
      data: page,
      meta: { next_cursor },
      valid: validityOf(fresh),
      fileName: `fx-quality_${days.from}_${last}`,
    };
  };
}

function latestObservationsHandler({ rates, currencies }: RatesDeps): Handler {
  return async ({ quotes, limit }) => {
    const codes = knownCodes(quotes, currencies);
    const data = await rates.latestObservations(codes, Number(limit));
    return { item: 'Observation', data, meta: {}, fileName: 'fx-observations_latest' };
  };
}

/** All currencies without the parameter. */
const knownCodes = (quotes: unknown, currencies: readonly string[]) =>
  Array.isArray(quotes) ? quotes.map((code) => knownCode(code, currencies, 'quotes')) : currencies;

function convertHandler({ rates, readFreshness, currencies }: RatesDeps): Handler {
  return async ({ from, to, amount, date, on_missing = 'error' }) => {
    const base = knownCode(from, currencies, 'from');
    const quote = knownCode(to, currencies, 'to');
    if (date === undefined && on_missing === 'previous')
      throw invalidParameter('on_missing', 'use it with date, for example date=2026-11-24');
    const pairs = { base, quotes: [quote] };
    const fresh = await readFreshness();
    const day = date === undefined ? undefined : pastDay('date', date, fresh);
    const newest = await latest(rates, pairs, fresh);
    const found =
      day === undefined
        ? newest
        : on_missing === 'previous'
          ? await rates.newestUntil(pairs, day)
          : await rates.onDay(pairs, day);
    const [row] = markStale(found, newest, fresh, day);
    const [published] = found;
    if (!row || !published) return refuseNoRate(rates, pairs, day ?? fresh.today);
    const { rate, rate_date, source, suspect, diverges, stale, derived } = row;
    const minorUnits = currencyCodes.code(quote)?.digits ?? 2;
    const result = await rates.convert(String(amount), published, minorUnits);
    const data = { from: base, to: quote, amount, result, rate, rate_date };
    const isFinal = rate_date === day && isFinalDay(day, [row], fresh);
    return {
      item: 'Conversion',
      data: { ...data, source, suspect, diverges, stale, derived },
      meta: {},
      valid: validityOf(fresh, isFinal),
    };
  };
}

function currenciesHandler({ rates, readFreshness, currencies }: RatesDeps): Handler {
  return async () => {
    const [rows, fresh] = await Promise.all([rates.daysOf(currencies), readFreshness()]);
    const dates = rows
      .flatMap(({ first_date, last_date }) => [first_date, last_date])
      .filter((day) => day !== null)
      .sort();
    const base = {
      code: BASE,
      first_date: dates[0] ?? null,
      last_date: dates.at(-1) ?? null,
      days: Math.max(0, ...rows.map(({ days }) => days)),
    };
    const data = [base, ...rows].map(({ code, first_date, last_date, days }) => {
      const known = currencyCodes.code(code);
      const { currency: name = code, number = '', digits: minor_units = 2 } = known ?? {};
      return { code, name, number, minor_units, first_date, last_date, days };
    });
    return { item: 'Currency', data, meta: {}, valid: validityOf(fresh) };
  };
}
