import { promisify } from 'node:util';
import { gzip, unzipSync } from 'node:zlib';
import kafkajs, { CompressionTypes, Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import type { Logger } from '../../platform/logger.ts';
import { guardKafkajs } from './kafkajs-guard.ts';

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

/** A kafkajs client that says what it has to say in our log and gives up a request after ten seconds. */
export function kafkaClient({ brokers, ssl, sasl, clientId }: KafkaSettings, log: Logger): Kafka {
  guardKafkajs();
  kafkajs.CompressionCodecs[CompressionTypes.GZIP] = () => GZIP;
  return new Kafka({
    clientId,
    brokers: [...brokers],
    ssl,
    ...(sasl ? { sasl: sasl as NonNullable<KafkaConfig['sasl']> } : {}),
    connectionTimeout: 3000,
    authenticationTimeout: 5000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    // A broker that refuses is given up in less than 3 s with all their jitter, which is what a service that is asked to end waits for;
    // whoever needs the broker tries again.
    retry: { initialRetryTime: 100, maxRetryTime: 3000, retries: 4 },
    logLevel: logLevel.WARN,
    // kafkajs calls an ordinary rebalance an error; what really fails reaches us as a rejected promise or a CRASH event.
    logCreator: () => (entry) =>
      log.debug({ kafkajs: entry.namespace, ...entry.log }, `kafkajs: ${entry.log.message}`),
  });
}

/**
 * kafkajs' own inflates in pieces of 16 kB, each a trip to another thread and back: a sixth of all that fetching cost. Five hundred events
 * are three sets of some 60 kB.
 */
const GZIP = {
  compress: ({ buffer }: { buffer: Buffer }) => promisify(gzip)(buffer),
  decompress: (buffer: Buffer) => Promise.resolve(unzipSync(buffer, { chunkSize: 64 * 1024 })),
};
