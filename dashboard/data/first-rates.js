// @ts-check

/**
 * Requests the newest rates before any other module has loaded; imports nothing for that reason.
 * Null when the URL shows another view, or when the request failed.
 * @type {Promise<Response | null> | null}
 */
let pending = /[?&]view=(?!rates)/.test(location.search)
  ? null
  : fetch(new URL('../../v2/rates/latest', import.meta.url), {
      headers: { Accept: 'application/json' },
    }).catch(() => null);

/** The response to the early request, once; null afterwards. */
export async function takeFirstRates() {
  const taken = pending;
  pending = null;
  const response = await taken;
  return response?.ok ? response.json() : null;
}
