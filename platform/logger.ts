import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import pretty from 'pino-pretty';

export type Logger = PinoLogger;

/** Never leaves the process in a log line, wherever in the object it stands. */
const SECRET_FIELDS = ['authorization', 'password', 'apiKey', 'token', 'connectionString'];

/**
 * The program's log. Services write JSON lines to stdout (plain lines on a TTY); commands whose stdout is a result
 * pass `to: 'stderr'`.
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
    redact: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
  };
  const fd = stream.fd;
  const destination: DestinationStream = stream.isTTY
    ? pretty({
        destination: fd,
        sync: true,
        colorize: process.stdout.hasColors?.() ?? false,
        ignore: 'pid,hostname',
        translateTime: 'UTC:HH:MM:ss',
      })
    : pino.destination({ dest: fd, sync: true });
  return pino(options, destination);
}
