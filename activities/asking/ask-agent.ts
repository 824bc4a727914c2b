import { askClaude } from "./ask-claude.ts";
import { askCodex } from "./ask-codex.ts";
import { askCommand } from "./ask-command.ts";
import type { AgentQuestion, Answer, AskedAgent } from "./question.ts";

const kinds: Readonly<Record<AskedAgent["use"], (question: AgentQuestion) => Promise<Answer>>> = {
  claude: askClaude,
  codex: askCodex,
  command: askCommand,
};

/** Puts a question to an agent of any kind. Throws AgentUnavailable when this host cannot run it. */
export function askAgent(question: AgentQuestion): Promise<Answer> {
  return kinds[question.agent.use](question);
}
