import type { RateObserved } from '../events/rate-observed.ts';

/**
 * The parameters of `save_rates.sql` and `count_known.sql`: one array for each column, as the text
 * of a Postgres array. The driver's own conversion took 3 µs a rate. What the rates of a run share
 * is sent once: a fifth less for Postgres to parse.
 *
 * @param newest positions in `rates`, from 0, of the rates that may win their day
 */
export function rateArrays(
  rates: readonly RateObserved[],
  newest: readonly number[],
): Record<string, string> {
  const runs: RateObserved[] = [];
  const runOf: number[] = [];
  let last: RateObserved | undefined;
  for (const rate of rates) {
    if (!last || !isOfSameRun(rate, last)) runs.push(rate);
    runOf.push(runs.length);
    last = rate;
  }
  return {
    event_ids: arrayOf(rates.map(({ event_id }) => event_id)),
    bases: arrayOf(rates.map(({ base_currency }) => base_currency)),
    quotes: arrayOf(rates.map(({ quote_currency }) => quote_currency)),
    mids: arrayOf(rates.map(({ mid }) => mid)),
    runs: arrayOf(runOf),
    // Of all that passed `checkRate` only this may hold characters with a meaning in an array.
    run_ids: arrayOf(runs.map(({ run_id }) => `"${run_id.replace(/["\\]/g, '\\$&')}"`)),
    sources: arrayOf(runs.map(({ source }) => source)),
    observed: arrayOf(runs.map(({ observed_at }) => observed_at)),
    fetched: arrayOf(runs.map(({ fetched_at }) => fetched_at)),
    newest: arrayOf(newest.map((position) => position + 1)),
  };
}

function isOfSameRun(a: RateObserved, b: RateObserved): boolean {
  return (
    a.run_id === b.run_id &&
    a.observed_at === b.observed_at &&
    a.fetched_at === b.fetched_at &&
    a.source === b.source
  );
}

const arrayOf = (values: readonly (string | number)[]) => `{${values.join()}}`;
