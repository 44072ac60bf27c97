import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import type { Logger } from '../../platform/logger.ts';
import { registerCodecs } from './codecs.ts';
import { patchKafkajs } from './kafkajs-patches.ts';

export interface KafkaSettings {
  brokers: readonly string[];
  ssl: boolean;
  sasl: {
    mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    username: string;
    password: string;
  } | null;
  clientId: string;
}

/** A kafkajs client that reads every codec, logs to our log and gives up a request after 10 s. */
export function kafkaClient({ brokers, ssl, sasl, clientId }: KafkaSettings, log: Logger): Kafka {
  patchKafkajs();
  registerCodecs();
  return new Kafka({
    clientId,
    brokers: [...brokers],
    ssl,
    ...(sasl ? { sasl: sasl as NonNullable<KafkaConfig['sasl']> } : {}),
    connectionTimeout: 3000,
    authenticationTimeout: 5000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    // Below 3 s in all, jitter included: a service that shuts down waits for it. Callers retry.
    retry: { initialRetryTime: 100, maxRetryTime: 3000, retries: 4 },
    logLevel: logLevel.WARN,
    // kafkajs logs normal rebalances as errors; real failures are rejections and CRASH events.
    logCreator: () => (entry) =>
      log.debug({ kafkajs: entry.namespace, ...entry.log }, `kafkajs: ${entry.log.message}`),
  });
}
