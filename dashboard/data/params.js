// @ts-check

/** What the page shows stands in its address: every view can be linked to, and the back button goes back. */

/** @type {Set<() => void>} */
const followers = new Set();

/** @param {string} name @param {string} otherwise what it is when the address does not say */
export const getParam = (name, otherwise = '') =>
  new URLSearchParams(location.search).get(name) ?? otherwise;

/**
 * Changes some of it. Null takes a name out.
 * @param {Record<string, string | null>} changes
 * @param {{ step?: boolean }} [how] step: the back button leads to what was before
 */
export function setParams(changes, { step = true } = {}) {
  const url = addressWith(changes);
  if (url === location.pathname + location.search) return;
  history[step ? 'pushState' : 'replaceState'](null, '', url);
  for (const follow of followers) follow();
}

/** @param {Record<string, string | null>} changes */
function addressWith(changes) {
  const parameters = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  const query = parameters.toString();
  return `/${query ? `?${query}` : ''}`;
}

/** Calls back after every change until the signal aborts. @param {() => void} follow @param {AbortSignal} [signal] */
export function onParamsChange(follow, signal) {
  followers.add(follow);
  signal?.addEventListener('abort', () => followers.delete(follow));
}

addEventListener('popstate', () => {
  for (const follow of followers) follow();
});
