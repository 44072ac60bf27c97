// @ts-check

import { addDays } from '../ui/time.js';
import { requestAllPages, requestJson } from './api.js';
import { getAsOfDay, isInUsd } from './as-of.js';
import { divide } from './decimal.js';

/** @typedef {import('./types.d.ts').Loan} Loan */
/** @typedef {import('./types.d.ts').ParLine} ParLine */
/** @typedef {import('./types.d.ts').MissedPayment} MissedPayment */
/** @typedef {ReturnType<typeof bookOn>} Book */

const LISTED = 1000;
/** The rule of the reports: a rate of the day, or the last of the seven before it. */
const OLDEST_RATE_DAYS = 7;

/**
 * The book as of the day in the address. Each answer is asked for once a day looked at, however many parts of the page want it.
 * @param {AbortSignal} signal
 */
export function bookOn(signal) {
  /** @type {Map<string, Promise<any>>} */
  const kept = new Map();
  /** @template Answer @param {string} path @param {(path: string) => Promise<Answer>} how @returns {Promise<Answer>} */
  const once = (path, how) => {
    const known = kept.get(path);
    if (known) return known;
    const answer = how(path);
    kept.set(path, answer);
    // What failed is asked for again.
    answer.catch(() => kept.delete(path));
    return answer;
  };
  const one = (/** @type {string} */ path) =>
    once(path, () => requestJson(path, { signal, authorize: true }));
  const par = (day = getAsOfDay()) =>
    /** @type {Promise<import('./types.d.ts').Report<ParLine>>} */ (
      one(`/v2/reports/par?as_of=${day}&in=USD`)
    );
  return {
    par,
    loans: () =>
      /** @type {Promise<{ data: Loan[], more: boolean }>} */ (
        once(`/v2/loans?as_of=${getAsOfDay()}&limit=${LISTED}`, (path) =>
          requestAllPages(path, { signal, authorize: true, most: LISTED }),
        )
      ),
    missed: async (/** @type {string} */ loanId) => {
      /** @type {import('./types.d.ts').Report<MissedPayment>} */
      const { data } = await one(
        `/v2/reports/missed?as_of=${getAsOfDay()}&loan_id=${encodeURIComponent(loanId)}`,
      );
      return data;
    },
    history: (/** @type {string} */ loanId) =>
      /** @type {Promise<import('./types.d.ts').Report<import('./types.d.ts').LoanDay>>} */ (
        one(`/v2/loans/${encodeURIComponent(loanId)}/history?as_of=${getAsOfDay()}`)
      ),
    /** How an amount of a loan is shown: in its own currency, or in USD where that is asked for and known. */
    converter: async () => {
      const [{ data: lines }, rates] = await Promise.all([
        par(),
        isInUsd() ? usdRates(signal) : null,
      ]);
      const currencies = new Map(
        lines
          .filter(({ scope }) => scope === 'branch')
          .map(({ branch_id, currency }) => [branch_id, currency]),
      );
      return (/** @type {Loan} */ loan, /** @type {string} */ amount) => {
        const currency = currencies.get(loan.branch_id) ?? null;
        if (!rates) return { amount, currency };
        const rate = currency === 'USD' ? '1' : rates.get(currency);
        return { amount: rate ? divide(amount, rate, { places: 4 }) : null, currency: 'USD' };
      };
    },
  };
}

/** @param {AbortSignal} signal @returns {Promise<Map<string | null, string>>} */
async function usdRates(signal) {
  const day = getAsOfDay();
  /** @type {import('./types.d.ts').Rates} */
  const { data } = await requestJson(`/v2/rates?date=${day}&on_missing=previous`, { signal });
  const usable = data.filter(({ rate_date }) => rate_date >= addDays(day, -OLDEST_RATE_DAYS));
  return new Map(usable.flatMap(({ quote, rate }) => (rate ? [[quote, rate]] : [])));
}
