import type { LoadReport } from './load-report.ts';

/** A load's report as plain lines: one for each file, then one for each problem, in file order. */
export function reportLines({ source, files, problems, problemCount }: LoadReport): string[] {
  const widest = Math.max(...files.map(({ file }) => file.length));
  const lines = [`loan book: ${source}`];
  for (const { file, read, loaded, repaired, duplicates, rejected } of files) {
    const counts = `${read} read, ${loaded} loaded, ${repaired} repaired, ${duplicates} duplicates, ${rejected} rejected`;
    lines.push(`${file.padEnd(widest)}  ${counts}`);
  }
  for (const { file, line, outcome, reason } of problems)
    lines.push(`${file} line ${line}, ${outcome.replace('_', ' ')}: ${reason}`);
  const untold = problemCount - problems.length;
  if (untold > 0) lines.push(`… and ${untold} more in table rejected_rows`);
  return lines;
}
