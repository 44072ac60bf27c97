import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import type { Logger } from '../platform/logger.ts';
import { calmRequestQueue } from './kafkajs-guard.ts';

export interface KafkaSettings {
  brokers: readonly string[];
  ssl: boolean;
  sasl: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string } | null;
  clientId: string;
}

/** A kafkajs client that says what it has to say in our log and gives up a request after ten seconds. */
export function kafkaClient({ brokers, ssl, sasl, clientId }: KafkaSettings, log: Logger): Kafka {
  calmRequestQueue();
  return new Kafka({
    clientId,
    brokers: [...brokers],
    ssl,
    ...(sasl ? { sasl: sasl as NonNullable<KafkaConfig['sasl']> } : {}),
    connectionTimeout: 3000,
    authenticationTimeout: 5000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 3000, retries: 5 },
    logLevel: logLevel.WARN,
    // kafkajs calls an ordinary rebalance an error; what really fails reaches us as a rejected promise or a CRASH event.
    logCreator: () => (entry) => log.debug({ kafkajs: entry.namespace, ...entry.log }, `kafkajs: ${entry.log.message}`),
  });
}
