import { SERVICE_STARTS } from './account-info.ts';
import { type Endpoint, LEGAL } from './answer.ts';
import { CURRENCIES, type Currency } from './currency-table.ts';
import type { JsonObject } from './json-text.ts';
import { flagOf, listOf, textOf } from './query.ts';
import { XeError } from './xe-error.ts';

/** `currencies`: those on offer, by prefix of the code where `iso` names some. It holds no rates and costs none. */
export const currencies: Endpoint = ({ query }) => {
  const prefixes =
    textOf(query, 'iso') === undefined
      ? ['*']
      : listOf(query, 'iso').map((prefix) => prefix.toUpperCase());
  const obsolete = flagOf(query, 'obsolete');
  const language = textOf(query, 'language') ?? 'en';
  const extra = textOf(query, 'additionalInfo');
  if (language !== 'en')
    throw new XeError(400, `language: the simulator knows only en, got ${language}`);
  if (extra !== undefined && extra !== 'symbol')
    throw new XeError(400, `additionalInfo must be symbol, got ${extra}`);
  const listed = CURRENCIES.filter(
    ({ iso, supersededBy }) =>
      (obsolete || supersededBy === undefined) &&
      prefixes.some((prefix) => prefix === '*' || iso.startsWith(prefix)),
  );
  return {
    body: { ...LEGAL, currencies: listed.map((currency) => entryOf(currency, extra === 'symbol')) },
    rates: 0,
    lastModified: SERVICE_STARTS,
  };
};

function entryOf({ iso, name, symbol, supersededBy }: Currency, withSymbol: boolean): JsonObject {
  return {
    iso,
    currency_name: name,
    is_obsolete: supersededBy !== undefined,
    ...(supersededBy === undefined ? {} : { superseded_by: supersededBy }),
    ...(withSymbol ? { currency_symbol: symbol, currency_symbol_on_right: false } : {}),
  };
}
