import { SingleBar } from 'cli-progress';

export interface ProgressBar {
  at: (value: number, total: number, what: string) => void;
  stop: () => void;
}

/** A bar on stderr while a person watches it; nothing when stderr goes elsewhere, or with --quiet. */
export function progressBar({ quiet }: { quiet: boolean }): ProgressBar {
  if (quiet || !process.stderr.isTTY) return { at: () => {}, stop: () => {} };
  const bar = new SingleBar({
    format: '{bar} {percentage} % {what}',
    // Its words, with numbers of eight digits, end before the 80th column: what is beyond the edge is not wrapped.
    barsize: 20,
    stream: process.stderr,
    hideCursor: true,
    fps: 5,
  });
  let started = false;
  return {
    at: (value, total, what) => {
      if (!started) bar.start(total, value, { what });
      started = true;
      bar.setTotal(total);
      bar.update(value, { what });
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
}
