import { defineCommand } from '../app/command-line.ts';
import { deadLetterTopic, eventTopic, openEventStream } from '../app/event-stream.ts';
import { runTask } from '../app/run.ts';
import { retryUntilDone } from '../platform/back-off.ts';
import { openDatabase } from '../platform/database.ts';

const command = defineCommand(
  'topics',
  'Creates the topic of the events and the dead-letter topic, unless they exist',
);

await runTask(command, async (task) => {
  const { config, log, signal, json, quiet, print } = task;
  const db = openDatabase({ url: task.url, name: 'topics' });
  task.onClose('database', () => db.destroy());
  const stream = await openEventStream(task, db);
  // On the embedded stream dead letters are rows and have no topic.
  const topics = config.KAFKA_BROKERS
    ? [eventTopic(config), deadLetterTopic(config)]
    : [eventTopic(config)];
  for (const topic of topics)
    await retryUntilDone('topics', () => stream.createTopic(topic), { log, signal });
  if (signal.aborted) return 1;
  if (json) print(JSON.stringify({ topics: topics.map(({ topic }) => topic) }));
  else if (!quiet)
    for (const { topic, partitions } of topics)
      print(`${topic} exists (created with ${partitions} partitions if it did not)`);
  return 0;
});
