// @ts-check
import { anySignal, timeoutSignal } from './signals.js';

const TOKEN = 'fx-rates token';
const PATIENCE_MS = 40_000;

/** What the API says is wrong, in its own words. */
export class Problem extends Error {
  /** @param {number} status @param {{ detail?: string, title?: string, request_id?: string }} said */
  constructor(status, said) {
    super(said.detail ?? said.title ?? `the service answered ${status}`);
    this.status = status;
    this.requestId = said.request_id;
  }
}

/** Nobody answered. */
export class Unreachable extends Error {}

/**
 * @typedef {{ signal?: AbortSignal | undefined, method?: 'GET' | 'POST', headers?: Record<string, string>, authorize?: boolean }} Asking
 * `authorize`: sends the token where one is set.
 */

/**
 * Asks the API. Throws `Problem` for what it refuses, `Unreachable` when it does not answer, an AbortError when nobody waits any more.
 * @param {string} path
 * @param {Asking} [asking]
 * @returns {Promise<Response>}
 */
async function ask(path, { signal, method = 'GET', headers = {}, authorize = false } = {}) {
  const once = async () => {
    const known = authorize ? sessionStorage.getItem(TOKEN) : null;
    try {
      return await fetch(path, {
        method,
        headers: {
          Accept: 'application/json',
          ...headers,
          ...(known && { Authorization: `Bearer ${known}` }),
        },
        signal: anySignal([timeoutSignal(PATIENCE_MS), ...(signal ? [signal] : [])]),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw new Unreachable('The service cannot be reached.', { cause: error });
    }
  };
  let response = await once();
  if (authorize && response.status === 401) {
    const { promptForToken } = await import('../ui/token-dialog.js');
    do {
      const refused = sessionStorage.getItem(TOKEN) !== null;
      sessionStorage.removeItem(TOKEN);
      const given = await promptForToken({ refused });
      if (given === null) throw new Problem(401, { detail: 'This needs the API token.' });
      // Gone when the tab is.
      sessionStorage.setItem(TOKEN, given);
      response = await once();
    } while (response.status === 401);
  }
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  return response;
}

/**
 * @template Answer
 * @param {string} path
 * @param {Asking} [asking]
 * @returns {Promise<Answer>}
 */
export async function requestJson(path, asking) {
  const response = await ask(path, asking);
  return response.json().catch((error) => {
    asking?.signal?.throwIfAborted();
    throw new Unreachable('The answer broke off.', { cause: error });
  });
}

/** What a person should be told of an error, or null when nobody waits any more. What is a fault of this page goes on. @param {unknown} error */
export function describeError(error) {
  if (error instanceof Problem || error instanceof Unreachable) return error.message;
  if (error instanceof DOMException && error.name === 'AbortError') return null;
  throw error;
}

/**
 * Every page of a list.
 * @template Item
 * @param {string} path
 * @param {Asking & { most?: number }} [asking] most: ends after so many rows
 * @returns {Promise<{ data: Item[], more: boolean }>}
 */
export async function requestAllPages(path, { most = Number.POSITIVE_INFINITY, ...asking } = {}) {
  /** @type {Item[]} */
  const data = [];
  let cursor = '';
  do {
    const page = await requestJson(cursor ? `${path}&cursor=${cursor}` : path, asking);
    data.push(...page.data);
    cursor = page.meta.next_cursor ?? '';
  } while (cursor && data.length < most);
  return { data, more: cursor !== '' };
}

/**
 * Saves an answer that a plain link could not ask for, since it wants the token.
 * @param {string} path
 * @param {string} file
 */
export async function saveFile(path, file) {
  const answer = await ask(path, { authorize: true, headers: { Accept: '*/*' } });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), PATIENCE_MS);
}
