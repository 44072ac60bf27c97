/** XE's documentation, named in every error body. */
const DOCUMENTATION_URL = 'https://xecdapi.xe.com/docs/v1/';

/**
 * A call that XE would refuse, answered with `status` and XE's error body.
 * XE's own codes that are known: 0 (unexpected), 1 (bad credentials), 7 (no such currency). All others are INVENTED
 * here as 9000 + status, so that nobody mistakes them for XE's.
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

/** The body of an error answer: snake_case as XE sends it, although its Swagger spells it `documentationUrl`. */
export function errorBody({ code, message }: XeError): {
  code: number;
  message: string;
  documentation_url: string;
} {
  return { code, message, documentation_url: DOCUMENTATION_URL };
}
