import type { Knex } from 'knex';

/** The one currency that rates are kept against. */
export const BASE = 'USD';
const DAYS_BACK = 7;

/** Units of the currency for 1 USD, with the day it is of and who gave it. */
export interface RateOfDay {
  mid: string;
  rate_date: string;
  source: string;
}

/** The rates to turn amounts into USD with: of the as-of day, or of the last day before it that has one, up to 7 days back. */
export async function ratesOfDay(db: Knex, asOf: string): Promise<ReadonlyMap<string, RateOfDay>> {
  const { rows } = await db.raw<{ rows: (RateOfDay & { quote_currency: string })[] }>(
    `select distinct on (quote_currency) quote_currency, mid, rate_date, source
     from rates
     where base_currency = :base and rate_date between cast(:asOf as date) - cast(:back as integer) and cast(:asOf as date)
     order by quote_currency, rate_date desc`,
    { asOf, base: BASE, back: DAYS_BACK },
  );
  const rates = new Map(rows.map(({ quote_currency, ...rate }) => [quote_currency, rate]));
  return rates.set(BASE, { mid: '1', rate_date: asOf, source: 'none needed' });
}

/** Says for a reader which rate was used, or that there is none. */
export function rateNote(
  currency: string | null,
  asOf: string,
  rate: RateOfDay | undefined,
): string {
  if (currency === null)
    return `Some loans have no currency: what they come to in ${BASE} is not known.`;
  if (!rate)
    return `No ${BASE}/${currency} rate of ${asOf} or of the ${DAYS_BACK} days before it: what that is in ${BASE} is not known.`;
  const simulated = rate.source === 'simulator' ? ' SIMULATED, not a real rate.' : '';
  return `1 ${BASE} = ${rate.mid} ${currency} (rate of ${rate.rate_date}, source ${rate.source}).${simulated}`;
}
