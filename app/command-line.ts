import { Command } from 'commander';

/** A command's --help and its usage errors, which exit with 2. Options and arguments are added by the command itself. */
export function commandLine(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .allowExcessArguments(false)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}
