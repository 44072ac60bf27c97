// @ts-check
import { requestJson } from './api.js';
import { onRate } from './event-stream.js';

/** @typedef {import('./types.d.ts').Schemas['Currency']} Currency */

/** @type {Promise<{ data: Currency[] }> | null} */
let pending = null;

/** The currencies and their days with rates: requested once, and again after a new rate. */
export function loadCurrencies() {
  pending ??= requestJson('/v2/currencies').catch((error) => {
    pending = null;
    throw error;
  });
  return pending;
}

const forget = () => {
  pending = null;
};
onRate(forget, undefined, { firstConnection: false });
