/** Every kind of error there is: its status, its title, and what the page at `type` tells whoever looks it up. */
export const PROBLEM_KINDS = {
  'invalid-parameter': [
    400,
    'Invalid parameter',
    'A parameter, in the path, the query or a header, is unknown, missing, repeated or not as the contract declares it. `errors` points at each one, `allowed` lists what is known. Nothing is guessed or ignored.',
  ],
  'invalid-body': [
    400,
    'Invalid body',
    'The body is not JSON, or holds something that is not declared. Send none, or `{}`, as application/json.',
  ],
  'bad-request': [
    400,
    'Bad request',
    'The request cannot be read: a %-escape in the address that is none, or a line or header that is not HTTP.',
  ],
  unauthorized: [
    401,
    'Token wanted',
    'This writes, or shows the loan book, a dead letter or what XE sent. Send `Authorization: Bearer` and the API_TOKEN that the service was started with.',
  ],
  'no-token-set': [
    403,
    'No token is set',
    'The service listens on an address that other machines reach, and no API_TOKEN is set, so what needs one is refused. Start it with API_TOKEN (32 characters or more) or API_TOKEN_FILE, or have it listen on HOST=127.0.0.1.',
  ],
  'foreign-page': [
    403,
    'Not from another page',
    'What writes is not done for a page of another site, nor for a browser that loads addresses in advance. Open it yourself, or call it from a program.',
  ],
  'not-found': [404, 'Not found', 'There is nothing at this address, or nothing of this name.'],
  'no-rate': [
    404,
    'No rate',
    'There is no rate for a currency on this day. `on_missing=previous` takes the last one before it, `on_missing=null` shows the gap.',
  ],
  'method-not-allowed': [
    405,
    'Method not allowed',
    'The address is right and the method is not: `Allow` names those that are.',
  ],
  'not-acceptable': [
    406,
    'Not acceptable',
    'None of the formats that `Accept` names can be given here. `allowed` lists those that can.',
  ],
  'request-timeout': [
    408,
    'Request timeout',
    'The request did not arrive in time: headers may take 10 seconds, all of it 15.',
  ],
  conflict: [409, 'Not in this state', 'It is there, and its state does not allow what was asked.'],
  'body-too-large': [413, 'Body too large', 'A body may have 10 kB.'],
  'unsupported-type': [
    415,
    'Unsupported media type',
    'A body must be application/json, in UTF-8 and not compressed.',
  ],
  'wrong-host': [
    421,
    'Wrong host',
    'No API_TOKEN is set, so what needs one is answered for localhost, 127.0.0.1 and [::1] only: a page that has its own name point at this machine must not get it.',
  ],
  'too-many-requests': [
    429,
    'Too many requests',
    'More requests in a minute than RATE_LIMIT_PER_MINUTE. Wait as long as `Retry-After` says.',
  ],
  'headers-too-large': [
    431,
    'Headers too large',
    'The address and headers together may have 8 kB.',
  ],
  internal: [
    500,
    'Our fault',
    'Something went wrong on our side. The log knows more, under the `request_id` of the answer.',
  ],
  unavailable: [
    503,
    'Not available now',
    'The database cannot be reached, did not answer in time, or too many clients follow the events. Nothing is lost: try again after `Retry-After` seconds.',
  ],
} as const satisfies Readonly<Record<string, readonly [number, string, string]>>;

export type ProblemKind = keyof typeof PROBLEM_KINDS;

/** The kind that a bare status stands for. */
export const KIND_OF_STATUS: Readonly<Record<number, ProblemKind>> = {
  400: 'bad-request',
  401: 'unauthorized',
  404: 'not-found',
  409: 'conflict',
  413: 'body-too-large',
  415: 'unsupported-type',
};
