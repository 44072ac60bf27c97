// @ts-check
import { promptForToken } from '../ui/token-dialog.js';
import { takeTurn } from './schedule.js';
import { anySignal, timeoutSignal } from './signals.js';

const TOKEN_KEY = 'fx-rates token';
const TIMEOUT_MS = 40_000;
/** The page is served at the root of the service, also below a path prefix. */
const ROOT = new URL('.', document.baseURI);

/** An error response (RFC 9457). */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {{ detail?: string, title?: string, last_date?: string | null }} body
   */
  constructor(status, body) {
    super(body.detail ?? body.title ?? `The service responded with ${status}.`);
    this.status = status;
    this.body = body;
  }
}

/** No response: the network or the service is down, or the request timed out. */
export class Unreachable extends Error {}

/**
 * @typedef {object} RequestOptions
 * @property {AbortSignal | undefined} [signal]
 * @property {'GET' | 'POST'} [method]
 * @property {Record<string, string>} [headers]
 * @property {boolean | 'once' | 'if-known'} [authorize] sends the API token; on 401, true prompts
 *   for it and 'once' only if the user has not cancelled before
 */

/**
 * The URL of a path of this service, also below a path prefix.
 * @param {string} path starts with /
 */
export const toUrl = (path) => new URL(path.slice(1), ROOT).href;

/** Identifies this installation among those that share an origin. */
export const ROOT_PATH = ROOT.pathname;

/**
 * Throws `Problem` for an error response, `Unreachable` without one, an AbortError when cancelled.
 * @param {string} path
 * @param {RequestOptions} options
 * @returns {Promise<Response>}
 */
async function request(path, options) {
  const { authorize = false } = options;
  let response = await send(path, options);
  if (response.status === 401 && authorize === 'if-known' && readToken() !== null) {
    sessionStorage.removeItem(TOKEN_KEY);
    response = await send(path, options);
  }
  while (response.status === 401 && (authorize === true || authorize === 'once')) {
    if (!(await signIn(authorize === 'once')))
      throw new Problem(401, { detail: 'This needs the API token.' });
    response = await send(path, options);
  }
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  return response;
}

/** @param {string} path @param {RequestOptions} options */
async function send(path, { signal, method = 'GET', headers = {}, authorize = false }) {
  const token = authorize ? readToken() : null;
  try {
    return await fetch(toUrl(path), {
      method,
      headers: { ...headers, ...(token && { Authorization: `Bearer ${token}` }) },
      signal: anySignal([timeoutSignal(TIMEOUT_MS), ...(signal ? [signal] : [])]),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Unreachable('The service is unreachable.', { cause: error });
  }
}

const readToken = () => sessionStorage.getItem(TOKEN_KEY);

/**
 * Asks for the API token and keeps it until the tab closes. False when the user cancels.
 * @param {boolean} [once] not after the user has cancelled
 */
export async function signIn(once = false) {
  const rejected = readToken() !== null;
  sessionStorage.removeItem(TOKEN_KEY);
  const token = await promptForToken({ rejected, once });
  if (token !== null) sessionStorage.setItem(TOKEN_KEY, token);
  return token !== null;
}

/**
 * What comes of each response is built in a turn of its own.
 * @template Body
 * @param {string} path
 * @param {RequestOptions} [options]
 * @returns {Promise<Body>}
 */
export async function requestJson(path, options = {}) {
  const response = await request(path, options);
  const body = await response.json().catch((error) => {
    options.signal?.throwIfAborted();
    throw new Unreachable('The response was cut off.', { cause: error });
  });
  await takeTurn();
  options.signal?.throwIfAborted();
  return body;
}

/**
 * Follows the cursor through a list.
 * @template Item
 * @param {string} path with a query
 * @param {RequestOptions & { most?: number }} [options] most: stops after this many rows
 * @returns {Promise<{ data: Item[], more: boolean }>}
 */
export async function requestAllPages(path, { most = Number.POSITIVE_INFINITY, ...options } = {}) {
  /** @type {Item[]} */
  const data = [];
  let cursor = '';
  do {
    const page = await requestJson(cursor ? `${path}&cursor=${cursor}` : path, options);
    data.push(...page.data);
    cursor = page.meta.next_cursor ?? '';
  } while (cursor && data.length < most);
  return { data, more: cursor !== '' };
}

/**
 * The message for a failed request, or null for a cancelled one. Rethrows bugs of the page.
 * @param {unknown} error
 */
export function describeError(error) {
  if (error instanceof Problem || error instanceof Unreachable) return error.message;
  if (error instanceof DOMException && error.name === 'AbortError') return null;
  throw error;
}

/**
 * Downloads what a plain link could not, since it needs the token.
 * @param {string} path
 * @param {string} file
 */
export async function saveFile(path, file) {
  const response = await request(path, { authorize: true });
  saveBlob(await response.blob(), file);
}

/** @param {Blob} blob @param {string} file */
export function saveBlob(blob, file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), TIMEOUT_MS);
}
