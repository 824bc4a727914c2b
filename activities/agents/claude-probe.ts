import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { WorkerAgent } from "../../domain/goal.ts";
import type { AgentProbe } from "./agent.ts";
import { ask, firstLine, versionOf } from "./ask-agent.ts";
import { claudeEnvironment } from "./claude-environment.ts";
import { claudeConfigDir } from "./claude-session.ts";
import { findExecutable } from "./find-executable.ts";

type Env = Readonly<Record<string, string>>;

const keys = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "CLAUDE_CODE_USE_FOUNDRY",
];

/** Finds claude; a login is looked for, not tried. */
export async function probeClaude(agent: WorkerAgent, env: Env): Promise<AgentProbe> {
  const found = await findExecutable(agent.bin ?? "claude", env);
  if ("problem" in found) {
    const next = "Install it with `npm install -g @anthropic-ai/claude-code`, or set `bin` in the goal.";
    return { agent: "claude", problems: [{ what: found.problem, next }] };
  }
  const asked = await ask(found.path, ["--version"], claudeEnvironment(env, "probe"));
  const version = versionOf(asked);
  if (version === undefined) {
    const next = `Run \`${found.path} --version\` and mend what it says, or set \`bin\` in the goal.`;
    return { agent: "claude", path: found.path, problems: [{ what: `claude does not start: ${firstLine(asked)}`, next }] };
  }
  return { agent: "claude", path: found.path, version, problems: await loginProblems(env) };
}

async function loginProblems(env: Env): Promise<AgentProbe["problems"]> {
  // On macOS the login is in the keychain, where only claude can look.
  if (process.platform === "darwin" || keys.some((key) => env[key] !== undefined)) return [];
  const present = await stat(join(claudeConfigDir(env), ".credentials.json")).catch(() => undefined);
  if (present !== undefined) return [];
  const next = "Run `claude` once and log in, or add ANTHROPIC_API_KEY to the worker's `env`.";
  return [{ what: "claude is not logged in on this host", next }];
}
