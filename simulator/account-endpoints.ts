import { flagOf, listOf, textOf } from './conversion.ts';
import { CURRENCIES, type Currency } from './currencies.ts';
import type { Quota } from './quota.ts';
import { type Endpoint, type JsonObject, LEGAL, timestampText, XeError } from './xe-format.ts';

/** Start of the simulated service and date of its list of currencies. */
const SERVICE_STARTS = new Date('2026-01-01T00:00:00Z');

/**
 * `account_info`: the package and what is left of it. The package's name says that nothing here is
 * real.
 */
export function accountInfo(quota: Quota): Endpoint {
  return ({ mode }) => ({
    body: {
      id: '00000000-0000-4000-8000-000000000000',
      organization: 'XE API simulator',
      package: `SIMULATOR_${mode.toUpperCase()}_NO_REAL_DATA`,
      service_start_timestamp: timestampText(SERVICE_STARTS),
      service_end_timestamp: '2099-12-31T00:00:00Z',
      package_limit: quota.limit,
      package_limit_remaining: quota.remaining(),
      package_limit_duration: '1 month',
      package_limit_reset: timestampText(quota.resetsAt()),
    },
    rates: 0,
  });
}

/**
 * `currencies`: those on offer, by prefix of the code where `iso` names some. It holds no rates and
 * costs none.
 */
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
    // XE's sources spell it in two ways, so a client may look for either.
    ...(supersededBy === undefined
      ? {}
      : { superseded_by: supersededBy, superceded_by: supersededBy }),
    ...(withSymbol ? { currency_symbol: symbol, currency_symbol_on_right: false } : {}),
  };
}
