/** A record as it lies on the stream. `offset` is dense within its partition and kept as text: Kafka counts in 64 bits. */
export interface StreamRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** When it was appended, ISO 8601 in UTC. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}

export interface OutgoingRecord {
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
}

/** Where acknowledged records went: from the first to the last offset, inclusive. */
export interface Appended {
  readonly partition: number;
  readonly first: string;
  readonly last: string;
}

/** One partition's ends: `low` is its first record, `high` the offset after its last, `committed` where the group goes on. */
export interface Position {
  readonly partition: number;
  readonly low: string;
  readonly high: string;
  readonly committed: string | null;
}

/** Resolve: these records are done and never come again to the group. Reject: the same records come again. */
export type BatchHandler = (records: readonly StreamRecord[]) => Promise<void>;

/** What a subscription says of itself: `trouble` is null while it reads, else a sentence for an operator. */
interface SubscriptionHealth {
  readonly trouble: string | null;
  readonly partitions: readonly number[];
}

export interface Subscription {
  health(): SubscriptionHealth;
  /** Resolves with the reason when the subscription has ended for good and only another process may do better. */
  readonly gaveUp: Promise<Error>;
  /** Ends after the batch at hand; what it did not finish comes again to the next member. */
  stop(): Promise<void>;
}

export interface TopicSettings {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  /** The largest record that the topic takes, where that is not the stream's own default. */
  readonly maxRecordBytes?: number;
}

/** A part of a topic by the time of appending: at or after `from`, before `to`, ISO 8601; all of it without them. */
export interface Range {
  readonly topic: string;
  readonly from?: string;
  readonly to?: string;
  /** Told once, before the first record, how many lie in the range. */
  readonly onSize?: (records: number) => void;
}

/**
 * The stream as everything of ours sees it: an append-only log in partitions, at least once, in order for each key.
 * Two adapters stand behind it, and one contract suite holds both to the same behaviour.
 */
export interface EventStream {
  /** Makes the topic unless it is there; retention is unlimited, since the history is what rates are rebuilt from. */
  createTopic(settings: TopicSettings): Promise<void>;
  /**
   * Resolves when every record is stored for good; rejects within 30 s when any may not be, and the caller publishes all of them
   * again. Rejects with `RecordTooLarge` when the stream will never take one of them.
   */
  publish(topic: string, records: readonly OutgoingRecord[]): Promise<readonly Appended[]>;
  /** Joins the group: its members share the partitions, and each starts where the group stopped, at first from the beginning. */
  subscribe(to: { topic: string; group: string; onBatch: BatchHandler }): Promise<Subscription>;
  /** Reads what is there now, beside every group: from the first record appended at or after `from` to the last before `to`. */
  read(range: Range): AsyncIterable<readonly StreamRecord[]>;
  positions(topic: string, group: string): Promise<readonly Position[]>;
  close(): Promise<void>;
}

/** The registry as producer and consumer see it. */
export interface SchemaRegistry {
  /** Registers the schema unless it is there, and gives its id. Rejects with the registry's reason when it is incompatible. */
  register(subject: string, schema: string): Promise<number>;
  /** The schema of an id, or null when the registry was asked and does not know it. */
  schema(id: number): Promise<string | null>;
}
