import { claudeEnvironmentFor, codexWithModel } from "./real-agent-settings.ts";
import { realAgent } from "./real-agents.ts";

/** An agent as `agents` of a goal file names it. */
export type GoalAgent = Readonly<Record<string, unknown>>;

/** The real codex with the scripted model server behind it; `extra` are arguments, as those of `codexSandboxArgs`. */
export async function realCodex(server: string, extra: readonly string[] = []): Promise<GoalAgent> {
  const { model, args } = codexWithModel(server);
  return { use: "codex", bin: await realAgent("codex"), model, args: [...extra, ...args], env: ["SCRIPTED_MODEL_KEY=none"] };
}

/** The real claude with the scripted model server behind it. */
export async function realClaude(server: string): Promise<GoalAgent> {
  const env = Object.entries(claudeEnvironmentFor(server)).map(([name, value]) => `${name}=${value}`);
  return { use: "claude", bin: await realAgent("claude"), env };
}

/** What the scripted model server calls the protocol of an agent. */
export function requestKind(agent: GoalAgent): string {
  return agent["use"] === "codex" ? "responses" : "messages";
}
