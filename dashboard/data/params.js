// @ts-check

/** State that the URL keeps: every view can be linked to, and the back button works. */

/** @typedef {{ test(value: string): boolean }} Rule */
/** The values that a parameter takes. @typedef {readonly string[] | Rule} Values */

/** @type {Rule} */
export const DAY = {
  // Date takes February 30 for a day of March.
  test: (value) => /^\d{4}-\d\d-\d\d$/.test(value) && !!new Date(value).toJSON()?.startsWith(value),
};
/** For values that are checked where they are used. */
export const ANY = /./;
/** @type {Set<() => void>} */
const listeners = new Set();

/** @param {string} name @param {string} [fallback] for a parameter that is absent or empty */
export const getParam = (name, fallback = '') =>
  new URLSearchParams(location.search).get(name) || fallback;

/**
 * Which of its values a parameter has, in upper or lower case.
 * @template {string} Value
 * @template {string} [Fallback=Value]
 * @param {string} name
 * @param {readonly Value[]} choices
 * @param {Fallback} fallback for all others
 */
export const getChoice = (name, choices, fallback) =>
  choices.find((choice) => isSame(choice, getParam(name))) ?? fallback;

/** @param {string} a @param {string} b */
const isSame = (a, b) => a.toLowerCase() === b.toLowerCase();

/**
 * Changes parameters; null removes one.
 * @param {Record<string, string | null>} changes
 * @param {{ step?: boolean, hash?: string }} [options] step: adds a history entry, so that "back"
 *   undoes it
 */
export function setParams(changes, { step = true, hash = location.hash } = {}) {
  const params = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) params.delete(name);
    else params.set(name, value);
  }
  const query = params.toString();
  const url = location.pathname + (query && `?${query}`) + hash;
  if (url === location.pathname + location.search + location.hash) return;
  history[step ? 'pushState' : 'replaceState'](null, '', url);
  for (const listener of listeners) listener();
}

/**
 * What of the URL a view does not know: names, and values other than it takes.
 * @param {Readonly<Record<string, Values>>} known
 */
export const listUnknown = (known) =>
  [...new URLSearchParams(location.search)]
    .filter(([name, value]) => value && !(Object.hasOwn(known, name) && takes(known[name], value)))
    .map(([name, value]) => `${name}=${value}`);

/** @param {Values | undefined} values @param {string} value */
const takes = (values, value) =>
  Array.isArray(values)
    ? values.some((choice) => isSame(choice, value))
    : /** @type {Rule} */ (values).test(value);

/** Calls back after every change. @param {() => void} listener @param {AbortSignal} [signal] */
export function onParamsChange(listener, signal) {
  listeners.add(listener);
  signal?.addEventListener('abort', () => listeners.delete(listener));
}

/**
 * Calls back after a change of one of these parameters.
 * @param {readonly string[]} names
 * @param {() => void} listener
 * @param {AbortSignal} signal
 */
export function onParams(names, listener, signal) {
  const read = () => names.map((name) => getParam(name)).join('\n');
  let seen = read();
  const compare = () => {
    if (seen === read()) return;
    seen = read();
    listener();
  };
  onParamsChange(compare, signal);
}

addEventListener('popstate', () => {
  for (const listener of listeners) listener();
});
