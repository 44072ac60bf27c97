/** Every kind of error: its status, its title, and what the page at `type` says about it. */
export const PROBLEM_KINDS = {
  'invalid-parameter': [
    400,
    'Invalid parameter',
    'A parameter in the path, the query or a header is unknown, missing, repeated or malformed. ' +
      '`errors` points at each fault with an example; `allowed` lists the known values.',
  ],
  'invalid-body': [
    400,
    'Invalid body',
    'The body is not JSON or has an undeclared member. Send no body, or `{}` as application/json.',
  ],
  'bad-request': [
    400,
    'Bad request',
    'The request is not valid HTTP: for example a broken %-escape, request line or header.',
  ],
  unauthorized: [
    401,
    'Unauthorized',
    'Write and private endpoints need a token. Send `Authorization: Bearer API_TOKEN` with the ' +
      'token that the service was started with.',
  ],
  'no-token-set': [
    403,
    'No token configured',
    'No API_TOKEN is set, so write and private endpoints answer direct requests from this ' +
      'machine only, not requests through a proxy. Start the service with API_TOKEN ' +
      '(32 characters or more) or API_TOKEN_FILE, or call it directly on localhost.',
  ],
  'foreign-page': [
    403,
    'Cross-site request refused',
    'CSRF protection: write endpoints refuse requests that a page of another site makes, and ' +
      'browser prefetch. Open the address yourself or call it from a program.',
  ],
  'not-found': [404, 'Not found', 'There is no such address, or no item with this id.'],
  'no-rate': [
    404,
    'No rate',
    'There is no rate for a currency on this day. `on_missing=previous` uses the last rate ' +
      'before it; `last_date` is the day of that rate.',
  ],
  'method-not-allowed': [
    405,
    'Method not allowed',
    'The address does not support this method. The `Allow` header lists those that it does.',
  ],
  'not-acceptable': [
    406,
    'Not acceptable',
    'No format in `Accept` is available here. `allowed` lists the available ones.',
  ],
  'request-timeout': [
    408,
    'Request timeout',
    'The request did not arrive in time: headers must arrive within 10 s, the whole within 15 s.',
  ],
  conflict: [409, 'Conflict', 'The state of the item does not allow this request.'],
  'body-too-large': [413, 'Body too large', 'A body may have at most 10 kB.'],
  'unsupported-type': [
    415,
    'Unsupported media type',
    'A body must be application/json in UTF-8 and not compressed.',
  ],
  'wrong-host': [
    421,
    'Wrong host',
    'DNS-rebinding protection: no API_TOKEN is set, so write and private endpoints accept the ' +
      'Host localhost, 127.0.0.1 or [::1] only.',
  ],
  'too-many-requests': [
    429,
    'Too many requests',
    'The client exceeded RATE_LIMIT_PER_MINUTE or has too many event streams open. ' +
      'Retry after `Retry-After` seconds.',
  ],
  'headers-too-large': [
    431,
    'Headers too large',
    'Request line and headers together may have at most 8 kB.',
  ],
  internal: [
    500,
    'Internal server error',
    'The service failed. Quote `request_id` when you report it: the log has the details.',
  ],
  unavailable: [
    503,
    'Service unavailable',
    'The database is unavailable or too slow, or the service is at its limit of parallel ' +
      'requests. Nothing is lost: retry after `Retry-After` seconds.',
  ],
} as const satisfies Readonly<Record<string, readonly [number, string, string]>>;

export type ProblemKind = keyof typeof PROBLEM_KINDS;

/** The kind for a bare status, as Express and its parsers set it. */
export const KIND_OF_STATUS: Readonly<Record<number, ProblemKind>> = {
  400: 'bad-request',
  401: 'unauthorized',
  404: 'not-found',
  409: 'conflict',
  413: 'body-too-large',
  415: 'unsupported-type',
};
