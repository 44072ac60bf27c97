// @ts-check

/**
 * The newest rates, asked for before anything else of the page is there: this file waits for no other. Null where the address wants
 * another view, and when they did not come.
 * @type {Promise<Response | null> | null}
 */
let first = /[?&]view=(?!rates)/.test(location.search)
  ? null
  : fetch('/v2/rates/latest', { headers: { Accept: 'application/json' } }).catch(() => null);

/** What was asked for in advance: once, since it grows old. */
export async function takeFirstRates() {
  const asked = first;
  first = null;
  const answer = await asked;
  return answer?.ok ? answer.json() : null;
}
