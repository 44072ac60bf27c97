import type { Database } from '../platform/database.ts';
import { query, type SqlParams } from '../platform/sql.ts';

/** The currency that rates are kept against. */
export const BASE = 'USD';
/** A rate converts an amount of its own day, or of so many days after it. */
export const RATE_DAYS_BACK = 7;

/** Units of the currency for 1 USD, the day of the rate and who published it. */
export interface UsedRate {
  readonly currency: string;
  readonly rate: string;
  readonly rate_date: string;
  readonly source: string;
  readonly simulated: boolean;
  readonly suspect: boolean;
  readonly diverges: boolean;
}

export interface Conversion {
  readonly asOf: string;
  readonly rates: ReadonlyMap<string, UsedRate>;
}

const RATES = `
select distinct on (quote_currency) quote_currency as currency, mid as rate, rate_date, source,
       sources.simulated, suspect, diverges
from rates join sources on name = source
where base_currency = :base
  and rate_date between cast(:as_of as date) - cast(:days_back as integer) and cast(:as_of as date)
order by quote_currency, rate_date desc`;

/** Reads the rate of each currency of the as-of day, or of the last of the 7 days before it. */
export async function readConversion(db: Database, asOf: string): Promise<Conversion> {
  const rates = await query<UsedRate>(db, RATES, {
    base: BASE,
    as_of: asOf,
    days_back: RATE_DAYS_BACK,
  });
  const flags = { simulated: false, suspect: false, diverges: false };
  const base = { currency: BASE, rate: '1', rate_date: asOf, source: 'none', ...flags };
  return { asOf, rates: new Map([...rates, base].map((rate) => [rate.currency, rate])) };
}

/** The rates as the parameters `codes` and `mids` of a statement. */
export function rateParams({ rates }: Conversion): SqlParams {
  return { codes: [...rates.keys()], mids: [...rates.values()].map(({ rate }) => rate) };
}

/** Amounts by currency, as text. */
export type Amounts = ReadonlyMap<string | null, readonly (string | null)[]>;

/** The rates that a conversion of these amounts used. */
export function usedRates(amounts: Amounts, { rates }: Conversion): UsedRate[] {
  return [...amounts.keys()].flatMap((currency) => {
    const rate = currency === null || currency === BASE ? undefined : rates.get(currency);
    return rate ? [rate] : [];
  });
}

/** One note per currency: the rate used, or the rate that is missing where an amount needs one. */
export function conversionNotes(amounts: Amounts, { asOf, rates }: Conversion): string[] {
  return [...amounts].flatMap(([currency, own]) => {
    if (currency === BASE) return [];
    const rate = currency === null ? undefined : rates.get(currency);
    if (rate) return [describeRate(rate)];
    if (own.every((amount) => amount === null || Number(amount) === 0)) return [];
    if (currency === null)
      return [`Some loans have no currency: their amounts in ${BASE} are not known.`];
    const days = `${asOf} or of the ${RATE_DAYS_BACK} days before it`;
    return [`No ${BASE}/${currency} rate of ${days}: amounts in ${BASE} are not known.`];
  });
}

function describeRate({ currency, rate, rate_date, source, ...flags }: UsedRate): string {
  const simulated = flags.simulated ? ' SIMULATED, not a real rate.' : '';
  const jump = flags.suspect ? ' SUSPECT: more than 20 % off the last rate before it.' : '';
  const other = flags.diverges ? ' DIVERGES: another source of the day is far off.' : '';
  const used = `1 ${BASE} = ${rate} ${currency} (rate of ${rate_date}, source ${source}).`;
  return `${used}${simulated}${jump}${other}`;
}
