import { CURRENCIES, type Currency } from './currency-table.ts';
import { timestampText } from './timestamp.ts';
import { XeError } from './xe-error.ts';

/** Codes as asked for: one base, and quotes in which `*` stands for every currency on offer. */
interface AskedCodes {
  readonly base: string;
  readonly quotes: readonly string[];
  /** Whether obsolete currencies are wanted. If not, the successor takes the place of one, as at XE. */
  readonly obsolete: boolean;
  /** The instant that a missing currency is reported for. */
  readonly on: Date;
}

/**
 * The currencies behind codes in any case, each quote once.
 * Throws XE's 400 with code 7, which names ALL the missing codes, so that one retry without them can succeed.
 */
export function chooseCurrencies({ base, quotes, obsolete, on }: AskedCodes): {
  base: Currency;
  quotes: Currency[];
} {
  const offered = CURRENCIES.filter(
    (currency) => obsolete || currency.supersededBy === undefined,
  ).map(({ iso }) => iso);
  const codes = [base, ...quotes.flatMap((code) => (code === '*' ? offered : [code]))].map((code) =>
    code.toUpperCase(),
  );
  const found = codes.map((code) => currencyOf(code, obsolete));
  const missing = codes.filter((_, index) => found[index] === undefined);
  const [baseCurrency, ...quoteCurrencies] = found.filter((currency) => currency !== undefined);
  if (baseCurrency === undefined || missing.length > 0)
    throw new XeError(
      400,
      `No ${[...new Set(missing)].join(', ')} found on ${timestampText(on)}`,
      7,
    );
  return { base: baseCurrency, quotes: [...new Set(quoteCurrencies)] };
}

function currencyOf(code: string, obsolete: boolean): Currency | undefined {
  const currency = CURRENCIES.find(({ iso }) => iso === code);
  const successor = obsolete ? undefined : currency?.supersededBy;
  return successor === undefined ? currency : CURRENCIES.find(({ iso }) => iso === successor);
}
