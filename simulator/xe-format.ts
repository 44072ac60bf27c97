import type { Query } from './conversion.ts';

/**
 * A number whose digits go into the JSON text as they stand: a JavaScript number would keep only
 * about 15 of them.
 */
export interface Digits {
  readonly digits: string;
}

type Json = string | number | boolean | Digits | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

/** JSON text like `JSON.stringify`, except that `Digits` become number literals to the letter. */
export function jsonText(value: Json): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (isDigits(value)) return value.digits;
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`)
    .join(',')}}`;
}

function isDigits(value: Digits | JsonObject): value is Digits {
  return 'digits' in value;
}

/** XE's documentation, named in every error body. */
const DOCUMENTATION_URL = 'https://xecdapi.xe.com/docs/v1/';

/** XE's own codes, as far as its SDKs and their tests show them; 0 is an unexpected error. */
export const CODE = {
  ofCredentials: 1,
  ofCurrency: 7,
  ofDay: 8,
  ofPeriod: 10,
  ofYear: 14,
  ofMonth: 15,
} as const;

/**
 * A call that XE would refuse, answered with `status` and XE's error body. Codes other than `CODE`
 * are INVENTED here as 9000 + status, which cannot be mistaken for codes of XE.
 */
export class XeError extends Error {
  override name = 'XeError';
  readonly status: number;
  readonly code: number;
  constructor(status: number, message: string, code = 9000 + status) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The body of an error: snake_case as XE sends it; its Swagger spells it `documentationUrl`. */
export function errorBody({ code, message }: XeError): {
  code: number;
  message: string;
  documentation_url: string;
} {
  return { code, message, documentation_url: DOCUMENTATION_URL };
}

/**
 * XE's packages: Live is stamped to the minute, Daily at the lock-in time, which is 00:00 UTC here.
 */
export type Mode = 'live' | 'daily';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** XE's Swagger offers history back to this day; its pages also say 1998. */
const HISTORY_BEGINS = '1995-11-16';

/** XE's spelling of an instant: `YYYY-MM-DDThh:mm:ssZ`, without milliseconds. */
export function timestampText(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

/**
 * The newest instant that a package has rates for: this minute (Live) or today's lock-in time
 * (Daily).
 */
export function latestStamp(mode: Mode, now: Date): Date {
  const step = mode === 'live' ? 60_000 : DAY;
  return new Date(now.getTime() - (now.getTime() % step));
}

/**
 * The instant that `YYYY-MM-DDThh:mm` spells in UTC. A day or time that does not exist is refused,
 * with XE's `code`.
 */
export function instantOf(name: string, spelled: string, code: number): Date {
  const at = new Date(`${spelled}:00Z`);
  // new Date() takes 30 February for 2 March and 24:00 for the next day: only what reads back the
  // same exists.
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 16) !== spelled)
    throw new XeError(
      400,
      `${name} must be an existing UTC day YYYY-MM-DD and time hh:mm, got ${spelled}`,
      code,
    );
  if (spelled < HISTORY_BEGINS)
    throw new XeError(400, `${name} must not be before ${HISTORY_BEGINS}, got ${spelled}`, code);
  return at;
}

/** One call to an endpoint. */
export interface EndpointCall {
  readonly query: Query;
  readonly now: Date;
  readonly mode: Mode;
}

/** A response: the body, the rates it costs and, where XE sends 304, since when it is the same. */
export interface EndpointResponse {
  readonly body: JsonObject;
  readonly rates: number;
  readonly lastModified?: Date;
}

/** Computes a response, without side effects. Throws `XeError` for what XE would refuse. */
export type Endpoint = (call: EndpointCall) => EndpointResponse;

/** Every response with data begins with these. */
export const LEGAL = {
  terms: 'http://www.xe.com/legal/dfs.php',
  privacy: 'http://www.xe.com/privacy.php',
};
