import { RecordTooLarge, StreamUnavailable } from '../../platform/errors.ts';
import { UnreadableSet } from './codecs.ts';

/**
 * What ended a consumer. `unavailable` passes by itself, `unreadable` needs a person, and of
 * `broken` only a few in a row are normal.
 */
export type KafkaFault = 'unavailable' | 'unreadable' | 'broken';

export interface KafkaError {
  name?: string;
  type?: string;
  code?: string;
  message?: string;
  originalError?: unknown;
  cause?: unknown;
}

/** How the log names them. */
export const BROKERS = 'Kafka (KAFKA_BROKERS)';

/** kafkajs wraps what happened in what it tried: any of these in the chain means unreachable. */
const UNAVAILABLE = new Set([
  'KafkaJSBrokerNotFound',
  'KafkaJSConnectionClosedError',
  'KafkaJSConnectionError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSRequestTimeoutError',
  'StreamUnavailable',
]);
/** Protocol errors of a broker that is starting, stopping, or has just lost a neighbour. */
const UNAVAILABLE_TYPES = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'ILLEGAL_SASL_STATE',
  'LEADER_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_LEADER_FOR_PARTITION',
  'REQUEST_TIMED_OUT',
]);

const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** Classifies an error of kafkajs. */
export function kafkaFault(error: unknown): KafkaFault {
  const chain = causesOf(error);
  if (chain.some((cause) => cause instanceof UnreadableSet)) return 'unreadable';
  return chain.some(
    ({ name = '', type = '', code = '' }) =>
      UNAVAILABLE.has(name) || UNAVAILABLE_TYPES.has(type) || /^E[A-Z]+$/.test(code),
  )
    ? 'unavailable'
    : 'broken';
}

/** Describes an error of kafkajs to an operator. */
export function kafkaTrouble(error: unknown, topic: string): string {
  const unreadable = causesOf(error).find((cause) => cause instanceof UnreadableSet);
  if (!unreadable) return (streamRefusal(error) ?? withPrefix(error)).message;
  return (
    `kafka: ${topic}: ${unreadable.message}. The offset stays in front of it: publish its ` +
    'records again with gzip and in smaller sets, then move the group past it'
  );
}

/**
 * The error as the port throws it: `StreamUnavailable` while the brokers cannot be reached, or
 * refuse us; `RecordTooLarge` for a record that the topic never takes.
 */
export function streamError(error: unknown): unknown {
  const { type = '', message } = error as KafkaError;
  if (TOO_LARGE.has(type))
    return new RecordTooLarge(`kafka: the topic takes no record of this size: ${message}`, {
      cause: error,
    });
  if (error instanceof StreamUnavailable) return error;
  return streamRefusal(error) ?? (kafkaFault(error) === 'unavailable' ? withPrefix(error) : error);
}

/** kafkajs may wrap what is really unavailable, such as the token endpoint. */
const withPrefix = (cause: unknown) => {
  const named = causesOf(cause).find((one) => one instanceof StreamUnavailable && one.what);
  const { what = BROKERS } = (named ?? {}) as Partial<StreamUnavailable>;
  return new StreamUnavailable(`kafka: ${(cause as Error).message}`, { cause, what });
};

/** Codes of TLS (Node.js, OpenSSL) by what is wrong and what a person must do. */
const TLS_REFUSALS: readonly [codes: RegExp, detail: string, fix: string][] = [
  [
    /^(DEPTH_ZERO_)?SELF_SIGNED_CERT|^UNABLE_TO_(VERIFY|GET_ISSUER)/,
    'the certificate of the brokers is not trusted',
    'set KAFKA_SSL_CA_FILE to the file of their certificate authority',
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)/,
    'the certificate of the brokers has expired, or is not valid yet',
    'renew it there, and check the clocks',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID/,
    'the certificate of the brokers is for another host name',
    'use its names in KAFKA_BROKERS and in advertised.listeners',
  ],
  [
    /^ERR_SSL_.*(ALERT|HANDSHAKE)/,
    'the brokers refuse our certificate, or want one',
    'set KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE to a valid one of an authority that they trust',
  ],
];

/** Why the brokers refuse us, or we them, and what a person must do; null for any other error. */
export function streamRefusal(error: unknown): StreamUnavailable | null {
  const chain = causesOf(error);
  const known = chain.find((cause) => cause instanceof StreamUnavailable && cause.fix);
  if (known) return known as StreamUnavailable;
  const refusal = (detail: string, fix: string) =>
    new StreamUnavailable(`kafka: ${detail}`, { cause: error, healthCode: 'stream_refused', fix });
  for (const { name = '', code = '', message = '' } of chain) {
    const [, detail, fix] = TLS_REFUSALS.find(([codes]) => codes.test(code)) ?? [];
    if (detail && fix) return refusal(`${detail} (${code})`, fix);
    if (name === 'KafkaJSSASLAuthenticationError')
      return refusal(
        `authentication failed (${message})`,
        'check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
      );
  }
  return null;
}

function causesOf(error: unknown): KafkaError[] {
  const chain: KafkaError[] = [];
  for (
    let at = error as KafkaError | undefined;
    at && chain.length < 10;
    at = (at.originalError ?? at.cause) as KafkaError
  ) {
    chain.push(at);
  }
  return chain;
}
