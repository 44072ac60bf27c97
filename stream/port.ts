import type { HealthCode } from '../platform/health.ts';

/** A header may have no value: Java, Spring and OpenTelemetry producers write such. */
export type HeaderValue = Buffer | null;

/** Headers by name. A name that occurs more than once has an array of its values, in order. */
export type RecordHeaders = Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;

/** A record of the stream. Offsets are dense within a partition; 64 bits, so they are text. */
export interface StreamRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** When it was created or appended, in milliseconds since 1970 as its producer wrote it. */
  readonly timestampMs: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

type OutgoingValue = string | Buffer | null;

export interface OutgoingRecord {
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, OutgoingValue | readonly OutgoingValue[]>>;
}

/** Where acknowledged records are: from the first to the last offset, inclusive. */
export interface Appended {
  readonly partition: number;
  readonly first: string;
  readonly last: string;
}

/**
 * The ends of a partition: `low` is its first record, `high` the offset after its last, `committed`
 * where the group continues.
 */
export interface Position {
  readonly partition: number;
  readonly low: string;
  readonly high: string;
  readonly committed: string | null;
}

/** Resolve: the records are done and never delivered again. Reject: they are delivered again. */
export type BatchHandler = (records: readonly StreamRecord[]) => Promise<void>;

/** `trouble` describes to an operator why the subscription does not read; null while it does. */
interface SubscriptionHealth {
  readonly trouble: string | null;
  readonly code: HealthCode | null;
  readonly partitions: readonly number[];
}

export interface Subscription {
  health(): SubscriptionHealth;
  /** Resolves with the reason when the subscription has ended and only a new process may help. */
  readonly gaveUp: Promise<Error>;
  /** Ends after the batch in progress; unfinished records go to the next member. */
  stop(): Promise<void>;
}

export interface TopicSettings {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  /** The largest record that the topic takes, where that is not the broker's default. */
  readonly maxRecordBytes?: number;
}

/** A part of a topic by time of appending: at or after `from`, before `to` (ISO 8601), or all. */
export interface Range {
  readonly topic: string;
  readonly from?: string;
  readonly to?: string;
  /** Called once, before the first record, with the number of records in the range. */
  readonly onSize?: (records: number) => void;
}

/**
 * The stream: an append-only log in partitions, delivered at least once, in order for each key. Two
 * adapters implement it, and one contract suite holds both to the same behaviour. Every method
 * rejects with an error that `classify` calls an outage while the stream is unavailable.
 */
export interface EventStream {
  /** Creates the topic unless it exists; retention is unlimited, rates are rebuilt from it. */
  createTopic(settings: TopicSettings): Promise<void>;
  /** Has brokers keep the codec of the producers of an existing topic, not recompress. */
  keepCodec(topic: string): Promise<void>;
  /**
   * Resolves when every record is durable. Rejects within 30 s when any may not be, and the caller
   * publishes all of them again; with `RecordTooLarge` when the stream will never take one of them.
   */
  publish(topic: string, records: readonly OutgoingRecord[]): Promise<readonly Appended[]>;
  /** Joins the group: members share the partitions, each continues where the group stopped. */
  subscribe(to: { topic: string; group: string; onBatch: BatchHandler }): Promise<Subscription>;
  /** Reads a range of what is there now, beside every group. */
  read(range: Range): AsyncIterable<readonly StreamRecord[]>;
  positions(topic: string, group: string): Promise<readonly Position[]>;
  close(): Promise<void>;
}

/** A schema registry as producer and consumer use it. */
export interface SchemaRegistry {
  /**
   * Registers the schema unless the registry has it under the subject, and returns its id.
   * Throws `CannotStart` with the registry's reason when it is incompatible.
   */
  register(subject: string, schema: string): Promise<number>;
  /** The schema of an id, or null when the registry does not know it. */
  schema(id: number): Promise<string | null>;
}
