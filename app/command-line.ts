import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { AcceptedLoss } from '../loans/report.ts';
import { isCalendarDay, isDayForm } from '../platform/calendar-day.ts';

/** What `--help` of each command shows below its options. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  start: ['npm start', 'PORT=5081 npm start', 'DATA_DIR=.data-simulated npm start'],
  producer: [
    'npm run producer',
    'KAFKA_BROKERS=host:9092 SCHEMA_REGISTRY_URL=http://host:8081 npm run producer',
  ],
  consumer: ['npm run consumer', 'METRICS_PORT=9102 npm run consumer'],
  api: ['npm run api', 'HOST=0.0.0.0 API_TOKEN_FILE=secrets/api_token npm run api'],
  simulator: [
    'npm run simulator -- fault 503              every fetch gets a 503',
    'npm run simulator -- fault none             ends it',
    'npm run simulator -- fault mid-zero --times 3',
  ],
  migrate: ['npm run migrate'],
  topics: ['KAFKA_BROKERS=host:9092 TOPIC_REPLICATION=3 npm run topics'],
  seed: ['npm run seed'],
  load: [
    'npm run load -- books/november --dry-run',
    'npm run load -- books/november --dates dmy --rejects rejected.csv --yes',
    'npm run load -- books/november --accept-rejected 1%',
    'npm run load -- --generate 1000 --seed 7 books/random',
  ],
  report: [
    'npm run report -- loans --as-of 2021-10-15',
    'npm run report -- loans --status in_arrears --branch kenya --min-days 31 --sort days-past-due',
    'npm run report -- par --as-of 2021-10-15 --in USD --format xlsx --out par.xlsx',
    'npm run report -- roll --from 2021-09-15 --as-of 2021-10-15 --format csv',
  ],
  replay: [
    'npm run replay -- --from 2026-11-01 --to 2026-11-30 --dry-run',
    'npm run replay -- --rebuild',
  ],
  backfill: [
    'npm run backfill -- --from 2026-01-01 --to 2026-01-31',
    'npm run backfill -- --missing               after an outage, or after adding a currency',
    'npm run backfill -- --from 2025-01-01 --currencies KES',
  ],
  dlt: ['npm run dlt -- ls', 'npm run dlt -- show 12', 'npm run dlt -- redrive --all'],
  events: [
    'npm run events -- ls --day 2026-11-24 --currency KES',
    'npm run events -- void 7d0c… --reason "decimal point misplaced"',
  ],
  status: ['npm run -s status', 'npm run -s status -- --json', 'npm run status -- --close-breaker'],
  doctor: ['npm run -s doctor', 'npm run -s doctor -- --json'],
  bench: ['npm run bench -- --case read-hot read-cold', 'npm run bench -- --runs 3'],
  chaos: ['npm run chaos -- --quick --on embedded', 'npm run chaos -- --case poison --seed 7'],
};

/** Starts the definition of a command: `--help`, and usage errors that exit with 2. */
export function defineCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addHelpText('afterAll', `\nExamples:\n  ${(EXAMPLES[name] ?? []).join('\n  ')}`)
    .allowExcessArguments(false)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

/** Parses an argument that is a day of the calendar, `2026-01-31`. */
export function parseDay(text: string): string {
  if (isCalendarDay(text)) return text;
  if (isDayForm(text))
    throw new InvalidArgumentError(`this day does not exist, use one like 2026-01-31; got ${text}`);
  throw new InvalidArgumentError(`use YYYY-MM-DD, for example 2026-01-31; got ${text}`);
}

const DAY_MS = 86_400_000;

/** Date.parse takes almost any text, and a time without an offset as local. */
const INSTANT =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Parses a day (UTC) or an instant into ISO 8601. A day means its start, or its end with `end`. */
export function parseInstant(text: string, { end = false } = {}): string {
  const isDay = isDayForm(text);
  const day = isDay ? text : INSTANT.exec(text)?.[1];
  const millis = day === undefined ? Number.NaN : Date.parse(isDay ? `${day}T00:00:00Z` : text);
  if (day !== undefined) parseDay(day);
  if (Number.isNaN(millis))
    throw new InvalidArgumentError(
      `use a day or an instant, for example 2026-01-31 or 2026-01-31T23:00:00Z; got ${text}`,
    );
  return new Date(isDay && end ? millis + DAY_MS : millis).toISOString();
}

/** The option of the commands that load a book: how many rejects to accept. */
export const acceptRejectedOption = (): Option =>
  new Option(
    '--accept-rejected <N|P%>',
    'accept up to N or P% rejected rows per file and affected loans (default: none)',
  ).argParser((text): AcceptedLoss => {
    const percent = /^(\d{1,2}(?:\.\d+)?|100)%$/.exec(text)?.[1];
    if (percent !== undefined) return { percent };
    if (/^\d{1,9}$/.test(text)) return { rows: Number(text) };
    throw new InvalidArgumentError(
      `expected a number of rows like 5 or a share like 2%, got ${text}`,
    );
  });

export interface ProgressBar {
  update: (value: number, total: number, what: string) => void;
  stop: () => void;
}

/** Opens a progress bar on stderr; without a terminal, or with `quiet`, it shows nothing. */
export function openProgressBar({ quiet }: { quiet: boolean }): ProgressBar {
  if (quiet || !process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar({
    format: '{bar} {percentage} % {what}',
    // The whole line fits 80 columns: what is beyond the edge of a terminal is not wrapped.
    barsize: 20,
    stream: process.stderr,
    hideCursor: true,
    fps: 5,
  });
  let isStarted = false;
  return {
    update: (value, total, what) => {
      if (!isStarted) bar.start(total, value, { what });
      isStarted = true;
      bar.setTotal(total);
      bar.update(value, { what });
    },
    stop: () => {
      if (isStarted) bar.stop();
    },
  };
}

/** Asks a yes-or-no question on the terminal. Anything but y or yes is a no; so is the end. */
export async function confirm(question: string, signal?: AbortSignal): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const ended = once(prompt, 'close').then(() => '');
  const cancel = () => prompt.close();
  signal?.addEventListener('abort', cancel);
  try {
    const reply = await Promise.race([prompt.question(`${question} [y/N] `), ended]);
    return /^y(es)?$/i.test(reply.trim());
  } finally {
    signal?.removeEventListener('abort', cancel);
    prompt.close();
  }
}
