/** Claude's switches for unattended runs; what the goal sets itself wins, but for what root needs. */
export function claudeEnvironment(env: Readonly<Record<string, string>>, thread: string): Record<string, string> {
  // As root claude refuses to work unattended unless it is told, in this very word, that the machine is a sandbox.
  const root = process.getuid?.() === 0 ? { IS_SANDBOX: "1" } : {};
  return {
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_PROJECT_DIR_NAME: thread,
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
    MCP_TIMEOUT: "60000",
    ...env,
    ...root,
  };
}
