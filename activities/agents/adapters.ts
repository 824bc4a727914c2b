import type { AgentAdapter } from "./agent.ts";
import { claudeAgent } from "./claude.ts";
import { codexAgent } from "./codex.ts";
import { commandAgent } from "./command.ts";

/** Every kind of worker agent by its name in the goal file. */
export const agentAdapters: Readonly<Record<AgentAdapter["name"], AgentAdapter>> = {
  claude: claudeAgent,
  codex: codexAgent,
  command: commandAgent,
};
