/** What ended a consumer: `away` passes by itself, `unreadable` needs a person, and of `broken` only a few in a row are normal. */
export type KafkaFault = 'away' | 'unreadable' | 'broken';

interface KafkaError {
  name?: string;
  type?: string;
  code?: string;
  message?: string;
  retriable?: boolean;
  originalError?: unknown;
  cause?: unknown;
}

/** kafkajs wraps what happened in what it tried; the first of these names in the chain says that the broker is out of reach. */
const AWAY = new Set([
  'KafkaJSBrokerNotFound',
  'KafkaJSConnectionClosedError',
  'KafkaJSConnectionError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSRequestTimeoutError',
]);
/** Answers of a broker that is starting, stopping, or has just lost a neighbour (Kafka's protocol errors). */
const AWAY_TYPES = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'LEADER_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_LEADER_FOR_PARTITION',
  'REQUEST_TIMED_OUT',
]);
const CODEC = /^(\w+) compression not implemented$/;

/** What an error of kafkajs means for whoever reads or publishes. */
export function kafkaFault(error: unknown): KafkaFault {
  const chain = causesOf(error);
  if (chain.some(({ message = '' }) => CODEC.test(message))) return 'unreadable';
  return chain.some(
    ({ name = '', type = '', code = '' }) =>
      AWAY.has(name) || AWAY_TYPES.has(type) || /^E[A-Z]+$/.test(code),
  )
    ? 'away'
    : 'broken';
}

/** The same as a sentence for an operator. A codec of others is named, with what to do about it. */
export function kafkaTrouble(error: unknown, topic: string): string {
  const chain = causesOf(error);
  const codec = chain.map(({ message = '' }) => CODEC.exec(message)?.[1]).find(Boolean);
  if (!codec) return `kafka: ${(error as Error).message}`;
  return `kafka: ${topic} holds records that were compressed with ${codec.toLowerCase()}, which cannot be read here: have whoever wrote them use gzip or none (the topic's compression.type=gzip has the broker do it) and write them again; the offset stays where it is`;
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
