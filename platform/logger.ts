import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { classify } from './faults.ts';

export type Logger = PinoLogger;

/** Redacted in every log line, down to two levels. */
const SECRET_FIELDS = ['authorization', 'password', 'apiKey', 'token', 'connectionString'];

/**
 * Opens the program's log: JSON lines, or on a terminal one plain line per event. Services write to
 * stdout; commands whose stdout is a result pass `to: 'stderr'`.
 */
export function makeLogger({
  level,
  to = 'stdout',
}: {
  level: string;
  to?: 'stdout' | 'stderr';
}): Logger {
  const stream = to === 'stdout' ? process.stdout : process.stderr;
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    redact: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
  };
  const destination = pino.destination({ dest: stream.fd, sync: true });
  const colour = stream.isTTY && stream.hasColors();
  const format = stream.isTTY ? (json: string) => terminalLine(json, colour) : usefulFirst;
  const lines: DestinationStream = {
    write: (json) => void destination.write(`${format(json)}\n`),
  };
  return pino(options, lines);
}

const MAX_CAUSES = 10;

/** The error with its stack, and in its message what its causes add to it. */
export function describeError(error: Error): unknown {
  if (!(error instanceof Error)) return error;
  let { message } = error;
  let { cause } = error;
  // Causes may form a circle.
  for (let depth = 0; cause instanceof Error && depth < MAX_CAUSES; depth++) {
    if (!message.includes(cause.message)) message += `: ${cause.message}`;
    cause = cause.cause;
  }
  return { ...pino.stdSerializers.err(error), message };
}

/** A line of JSON with what a person looks for in front, and the stack behind. */
export function usefulFirst(json: string): string {
  const { level, time, msg, meanwhile, err, ...fields } = JSON.parse(json) as Line;
  return JSON.stringify({ level, time, msg, meanwhile, ...fields, err });
}

interface Line {
  level: string;
  time: string;
  msg?: string;
  meanwhile?: string;
  err?: { type?: string; message?: string; stack?: string; code?: string };
}

const COLOURS: Record<string, number> = { warn: 33, error: 31, fatal: 31, debug: 2, trace: 2 };
/** Fields that the message of an event repeats, or that only a program reads. */
const UNSHOWN = ['url', 'retryInMs'];
/** Failures whose message says it all; any other is a bug, and its stack follows. */
const CODED = /^[A-Z0-9_]{5,}$/;
const OURS = ['CannotStart', 'UpstreamError', 'StreamUnavailable', 'InvalidRequest'];

const isOutage = (err: Line['err']) =>
  err !== undefined && classify({ ...err, name: err.type }) === 'outage';

/** Formats `HH:MM:SS LEVEL message field=value: cause`, in UTC, the stack of a bug below it. */
export function terminalLine(json: string, colour: boolean): string {
  const { level, time, msg = '', err, ...fields } = JSON.parse(json) as Line;
  const shown = Object.entries(fields)
    .filter(([name]) => !UNSHOWN.includes(name))
    .map(
      ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
  const label = level.toUpperCase().padEnd(5);
  const painted = colour && COLOURS[level] ? `\x1b[${COLOURS[level]}m${label}\x1b[0m` : label;
  const isCoded = CODED.test(err?.code ?? '') || OURS.includes(err?.type ?? '') || isOutage(err);
  const cause = err ? `: ${isCoded ? err.message || err.code : err.stack}` : '';
  return `${time.slice(11, 19)} ${painted} ${msg}${shown.join('')}${cause}`;
}
