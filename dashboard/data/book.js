// @ts-check
import { getToday } from '../ui/time.js';
import { requestJson } from './api.js';
import { divide } from './decimal.js';
import { DAY, getChoice, getParam, setParams } from './params.js';

/** @typedef {import('./types.d.ts').Schemas['Loan']} Loan */
/** @typedef {import('./types.d.ts').Schemas['ParLine']} ParLine */
/** @typedef {import('./types.d.ts').Schemas['LoanBook']} LoanBook */
/** @template Line @typedef {import('./types.d.ts').Report<Line>} Report */
/** @typedef {ReturnType<typeof openBook>} Book */

const SHOWN = 200;
export const MONEY = /** @type {const} */ (['own', 'usd']);
export const DEFAULT_SORT = 'current_days_past_due.down';

export const STATUSES = ['in_arrears', 'current', 'settled', 'not_released', 'no_schedule'];

/** The parameters that choose loans, as the API has them. */
export const FILTERS = ['status', 'branch', 'currency', 'min_days', 'find'];

const hasAsOfDay = () => DAY.test(getParam('as_of'));

/** The day at whose close the book is shown: that of the URL, else today. */
export const getAsOfDay = () => (hasAsOfDay() ? getParam('as_of') : getToday());

/** Whether to show amounts in USD. */
export const isInUsd = () => getChoice('in', MONEY, 'own') === 'usd';

/** The filter and the order of the loans in the URL, as parameters of the API. */
export function getLoanQuery() {
  const query = new URLSearchParams({ as_of: getAsOfDay() });
  for (const name of FILTERS) if (getParam(name)) query.set(name, getParam(name));
  if (query.has('status')) query.set('status', getChoice('status', STATUSES, getParam('status')));
  const [column, direction] = getParam('sort', DEFAULT_SORT).split('.');
  query.set('sort', `${column}:${direction === 'down' ? 'desc' : 'asc'}`);
  return query;
}

/**
 * The book as of the day in the URL. Each response is requested once, however many parts of the
 * page need it.
 * @param {AbortSignal} signal
 * @param {(status: LoanBook) => void} showStatus called with the limits of the book
 */
export function openBook(signal, showStatus) {
  /** @type {Map<string, Promise<any>>} */
  const cache = new Map();
  /** @param {string} path @returns {Promise<any>} */
  const request = (path) => {
    const known = cache.get(path);
    if (known) return known;
    const response = requestJson(path, { signal, authorize: 'once' });
    cache.set(path, response);
    response.catch(() => cache.delete(path));
    return response;
  };
  /** @returns {Promise<LoanBook>} */
  const status = async () => {
    const { data } = await request('/v2/loan-book');
    showStatus(data);
    return data;
  };
  /** Puts the day that the service names into the URL, where that has none. */
  const ready = async () => {
    if (hasAsOfDay()) return;
    const { opening_day: day } = await status();
    signal.throwIfAborted();
    if (day !== null && !hasAsOfDay()) setParams({ as_of: day }, { step: false });
  };
  /** No figures without the limits of the book. @param {(day: string) => string} path */
  const report = async (path) => {
    await ready();
    const [response] = await Promise.all([request(path(getAsOfDay())), status()]);
    return response;
  };
  const par = (/** @type {string} */ day = '') =>
    /** @type {Promise<Report<ParLine>>} */ (
      report((asOf) => `/v2/reports/par?as_of=${day || asOf}&in=USD`)
    );
  const pathOf = (/** @type {string} */ loanId) => `/v2/loans/${encodeURIComponent(loanId)}`;
  return {
    status,
    ready,
    par,
    /** The first loans that match. */
    loans: () =>
      /** @type {Promise<Report<Loan>>} */ (
        report(() => `/v2/loans?${getLoanQuery()}&limit=${SHOWN}`)
      ),
    /** @param {string} loanId @returns {Promise<Loan>} */
    loan: async (loanId) => (await report((day) => `${pathOf(loanId)}?as_of=${day}`)).data,
    /** @param {string} loanId */
    missed: (loanId) =>
      /** @type {Promise<Report<import('./types.d.ts').Schemas['MissedPayment']>>} */ (
        report((day) => `/v2/reports/missed?as_of=${day}&loan_id=${encodeURIComponent(loanId)}`)
      ),
    /** @param {string} loanId */
    history: (loanId) =>
      /** @type {Promise<Report<import('./types.d.ts').Schemas['LoanDay']>>} */ (
        report((day) => `${pathOf(loanId)}/history?as_of=${day}`)
      ),
    /** Amounts of a loan in its own currency, or in USD where that is chosen and known. */
    converter: async () => (isInUsd() ? toUsd((await par()).meta.rates ?? []) : keepCurrency),
  };
}

/** @typedef {Parameters<typeof import('../ui/numbers.js').renderMoney>} Money */
/** @typedef {(loan: Loan, amount: string | null) => Money} Converter */

/** @type {Converter} */
const keepCurrency = ({ currency }, amount) => [amount, currency];

/** @param {readonly { currency: string, rate: string }[]} used @returns {Converter} */
function toUsd(used) {
  const rates = new Map(used.map(({ currency, rate }) => [currency, rate]));
  return ({ currency }, amount) => {
    const rate = currency === 'USD' ? '1' : rates.get(currency ?? '');
    if (amount === null) return [amount, currency];
    return rate === undefined
      ? [null, 'USD', `No rate for ${currency ?? 'no currency'}: see the notes.`]
      : [divide(amount, rate, { places: 4 }), 'USD'];
  };
}
