import { agentAdapters } from "../../activities/agents/adapters.ts";
import type { AgentProbe } from "../../activities/agents/agent.ts";
import { childEnvironment } from "../../process/agent-environment.ts";
import { bad, fine, type Finding } from "./finding.ts";

const kinds = ["codex", "claude"] as const;
/** Keys that a goal would pass by its `env`. */
const keys = ["OPENAI_API_KEY", "CODEX_API_KEY", "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"];

/** What each agent lacks: version, login, sandbox. Only warnings, for one agent is enough and any command may be one. */
export async function checkAgents(): Promise<readonly Finding[]> {
  const { env } = childEnvironment({ host: process.env, pass: keys, markers: {} });
  return Promise.all(kinds.map(async (use) => findingOf(use, await agentAdapters[use].probe({ use, args: [], env: [] }, env))));
}

function findingOf(use: string, probe: AgentProbe): Finding {
  const what = `agent ${use}`;
  const found = [probe.version, probe.path].filter((each) => each !== undefined).join(" at ");
  const [first] = probe.problems;
  if (first === undefined) return fine(what, found);
  const detail = [...(found === "" ? [] : [found]), ...probe.problems.map((problem) => problem.what)].join("; ");
  return bad(what, { status: "warning", detail, next: first.next });
}
