import { defineCommand } from '../app/command-line.ts';
import { deadLetterTopic, eventTopic, openEventStream } from '../app/event-stream.ts';
import { runTask } from '../app/run.ts';
import { retryUntilDone, unlessOutage } from '../platform/back-off.ts';
import { openDatabase } from '../platform/database.ts';
import { deadlineSignal } from '../platform/deadline.ts';
import { CannotStart, StreamUnavailable } from '../platform/errors.ts';

const DEADLINE_MS = 20_000;

const program = defineCommand(
  'topics',
  'Creates the topics of the events and of the dead letters, unless they exist, and has brokers ' +
    'keep the codec of their records',
);

await runTask(program, async (task) => {
  const { config, log, json, quiet, print } = task;
  const db = openDatabase({ url: task.url, name: 'topics' });
  task.onClose('database', () => db.destroy());
  const stream = await openEventStream(task, db);
  // On the embedded stream dead letters are rows and have no topic.
  const topics = config.KAFKA_BROKERS
    ? [eventTopic(config), deadLetterTopic(config)]
    : [eventTopic(config)];
  const deadline = deadlineSignal(DEADLINE_MS, task.signal);
  const prepare = async () => {
    for (const settings of topics) {
      await stream.createTopic(settings);
      await stream.keepCodec(settings.topic);
    }
  };
  await retryUntilDone('topics', prepare, {
    log,
    signal: deadline.signal,
    fatal: (err) =>
      err instanceof StreamUnavailable && err.fix
        ? new CannotStart(err.message, { cause: err })
        : unlessOutage(err),
  });
  deadline.clear();
  if (task.signal.aborted) return 1;
  if (deadline.signal.aborted)
    throw new CannotStart(
      `The brokers ${config.KAFKA_BROKERS?.join(', ')} could not be reached within ` +
        `${DEADLINE_MS / 1000} s: start them, or correct KAFKA_BROKERS`,
    );
  if (json) print(JSON.stringify({ topics: topics.map(({ topic }) => topic) }));
  else if (!quiet)
    for (const { topic, partitions } of topics)
      print(`${topic} exists (created with ${partitions} partitions if it did not)`);
  return 0;
});
