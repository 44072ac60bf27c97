import currencyCodes from 'currency-codes';
import type { FreshnessQuery } from '../../ledger/freshness.ts';
import type { Handler } from '../http/operations.ts';
import { KEY_PART, keyIn, pageOf } from '../http/paging.ts';
import { Refused } from '../http/problems.ts';
import { BASE, codeOf } from './asked-currencies.ts';
import type { Multiply } from './convert.ts';
import type { CurrenciesQuery } from './currencies.ts';
import type { ObservationsQuery } from './observations.ts';
import type { PairRateQueries } from './pair-rates.ts';
import { validity, withStale } from './rate-rows.ts';

export interface RateDetailsDeps {
  pairRates: PairRateQueries;
  observations: ObservationsQuery;
  multiply: Multiply;
  currencyDays: CurrenciesQuery;
  freshness: FreshnessQuery;
  currencies: readonly string[];
}

const AFTER = [KEY_PART.instant, KEY_PART.code, KEY_PART.uuid];

/** What lies behind the rates, and what is done with them: every pull of a day, an amount converted, the currencies. */
export function rateDetailsHandlers(deps: RateDetailsDeps): Record<string, Handler> {
  const { pairRates, observations, multiply, currencyDays, freshness, currencies } = deps;
  return {
    observations: async ({ date, quotes, limit, cursor }) => {
      const asked = (quotes as readonly string[] | undefined)?.map((code) =>
        codeOf(code, { known: currencies, pointer: '#/query/quotes' }),
      );
      const [day, most] = [String(date), Number(limit)];
      const fresh = await freshness();
      const rows = await observations({
        day,
        quotes: asked ?? currencies,
        after: keyIn(cursor, AFTER),
        limit: most + 1,
      });
      const { page, next_cursor } = pageOf(rows, most, ({ observed_at, quote, event_id }) => [
        observed_at,
        quote,
        event_id,
      ]);
      const stored = page.map(({ stored_at }) => ({ fetched_at: stored_at }));
      return {
        item: 'Observation',
        data: page,
        meta: { next_cursor },
        valid: validity(stored, fresh, { settled: false }),
      };
    },

    convert: async ({ from, to, amount, date }) => {
      const base = codeOf(from, { known: currencies, pointer: '#/query/from' });
      const quote = codeOf(to, { known: currencies, pointer: '#/query/to' });
      const pairs = { base, quotes: [quote] };
      const fresh = await freshness();
      const newest = await pairRates.latest(pairs);
      const [row] = withStale(
        date === undefined ? newest : await pairRates.on(pairs, String(date)),
        newest,
        fresh,
      );
      if (!row?.rate)
        throw new Refused(
          'no-rate',
          `there is no rate${date === undefined ? '' : ` of ${date}`} for ${base}/${quote}`,
        );
      const { rate, rate_date, source, suspect, stale, derived } = row;
      const result = await multiply(String(amount), rate, currencyCodes.code(quote)?.digits ?? 2);
      const data = {
        from: base,
        to: quote,
        amount,
        result,
        rate,
        rate_date,
        source,
        suspect,
        stale,
        derived,
      };
      const settled = date !== undefined && rate_date < fresh.today;
      return { item: 'Conversion', data, meta: {}, valid: validity([row], fresh, { settled }) };
    },

    currencies: async () => {
      const [days, fresh] = await Promise.all([currencyDays(), freshness()]);
      const dates = days
        .flatMap(({ first_date, last_date }) => [first_date, last_date])
        .filter((day) => day !== null)
        .sort();
      const base = {
        code: BASE,
        first_date: dates[0] ?? null,
        last_date: dates.at(-1) ?? null,
        days: Math.max(0, ...days.map((of) => of.days)),
      };
      const data = [base, ...days].map(({ code, first_date, last_date, days: count }) => {
        const {
          currency: name = code,
          number = '',
          digits: minor_units = 2,
        } = currencyCodes.code(code) ?? {};
        return { code, name, number, minor_units, first_date, last_date, days: count };
      });
      return { item: 'Currency', data, meta: {}, valid: validity(days, fresh, { settled: false }) };
    },
  };
}
