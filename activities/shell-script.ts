/**
 * A goal's command for the shell. One of several lines ends at the first that fails, as in every CI: a failing line before a
 * good one must not pass.
 */
export function shellScript(command: string): string {
  return command.trim().includes("\n") ? `set -e\n${command}` : command;
}
