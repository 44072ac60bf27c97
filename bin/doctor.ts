import { readFileSync } from 'node:fs';
import { defineCommand } from '../app/command-line.ts';
import { runLocalTask } from '../app/run.ts';
import { diagnose, formatDiagnosis } from '../tools/doctor/diagnose.ts';

const command = defineCommand(
  'doctor',
  'Diagnoses the pipeline: problems with their fix, dependencies, settings in force. ' +
    'Changes and costs nothing. Exits with 0 when healthy, 1 when degraded or down',
);

await runLocalTask(command, async (task) => {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const diagnosis = await diagnose(task, version);
  task.print(task.json ? JSON.stringify(diagnosis) : formatDiagnosis(diagnosis));
  return diagnosis.healthy ? 0 : 1;
});
