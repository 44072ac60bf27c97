import { StreamUnavailable } from '../../platform/errors.ts';
import { UnreadableSet } from './codecs.ts';

/**
 * What ended a consumer. `unavailable` passes by itself, `unreadable` needs a person, and of
 * `broken` only a few in a row are normal.
 */
export type KafkaFault = 'unavailable' | 'unreadable' | 'broken';

interface KafkaError {
  name?: string;
  type?: string;
  code?: string;
  message?: string;
  originalError?: unknown;
  cause?: unknown;
}

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
  'LEADER_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_LEADER_FOR_PARTITION',
  'REQUEST_TIMED_OUT',
]);

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
  if (!unreadable) return `kafka: ${(error as Error).message}`;
  return (
    `kafka: ${topic}: ${unreadable.message}. The offset stays in front of it: publish its ` +
    'records again with gzip and in smaller sets, then move the group past it'
  );
}

/** The error as the port throws it: `StreamUnavailable` while the brokers cannot be reached. */
export function streamError(error: unknown): unknown {
  if (kafkaFault(error) !== 'unavailable' || error instanceof StreamUnavailable) return error;
  return new StreamUnavailable(`kafka: ${(error as Error).message}`, { cause: error });
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
