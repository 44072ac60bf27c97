import { commandLine } from '../app/command-line.ts';
import { letterTopicOf, streamPart, topicOf } from '../app/parts.ts';
import { runTask } from '../app/run-task.ts';
import { retryUntilDone } from '../platform/back-off.ts';
import { openDatabase } from '../platform/database.ts';

const line = commandLine(
  'topics',
  'Makes the topic of the events and that of the dead letters, unless they are there',
);

await runTask(line, async (task) => {
  const { config, log, signal, json, quiet, print } = task;
  const db = openDatabase({ url: task.url, name: 'topics' });
  task.onClose('database', () => db.destroy());
  const stream = await streamPart(task, db);
  // On the embedded stream letters are rows and have no topic.
  const topics = config.KAFKA_BROKERS
    ? [topicOf(config), letterTopicOf(config)]
    : [topicOf(config)];
  for (const topic of topics)
    await retryUntilDone('stream', () => stream.createTopic(topic), { log, signal });
  if (signal.aborted) return 1;
  if (json) print(JSON.stringify({ topics: topics.map(({ topic }) => topic) }));
  else if (!quiet)
    for (const { topic, partitions } of topics)
      print(`${topic} is there (made with ${partitions} partitions where it was not)`);
  return 0;
});
