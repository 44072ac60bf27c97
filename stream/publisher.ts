import type { Appended, EventStream, OutgoingRecord, TopicSettings } from './port.ts';

export interface Publisher<Prepared> {
  /**
   * Creates the topic and does what else a publish needs, such as looking up the schema's id. Does
   * so once: again only after a failure, since a topic or a registry may have been recreated.
   */
  prepare(): Promise<Prepared>;
  publish(records: readonly OutgoingRecord[]): Promise<readonly Appended[]>;
}

/** Publishes to one topic of a stream, which it prepares before the first publish. */
export function openPublisher<Prepared>({
  stream,
  topic,
  prepare,
}: {
  stream: Pick<EventStream, 'createTopic' | 'publish'>;
  topic: TopicSettings;
  prepare: () => Promise<Prepared>;
}): Publisher<Prepared> {
  let prepared: Promise<Prepared> | null = null;
  const orForget = async <T>(work: Promise<T>): Promise<T> => {
    const current = prepared;
    try {
      return await work;
    } catch (err) {
      if (prepared === current) prepared = null;
      throw err;
    }
  };
  const prepareOnce = () => {
    prepared ??= stream.createTopic(topic).then(prepare);
    return orForget(prepared);
  };
  return {
    prepare: prepareOnce,
    publish: async (records) => {
      await prepareOnce();
      return orForget(stream.publish(topic.topic, records));
    },
  };
}
