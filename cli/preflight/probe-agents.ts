import { agentAdapters } from "../../activities/agents/adapters.ts";
import type { Goal, Judge, ModelJudge, WorkerAgent } from "../../domain/goal.ts";
import type { Finding } from "../../domain/goal-review.ts";
import { childEnvironment, parseEnvironmentItems } from "../../process/agent-environment.ts";
import { placeholderMark } from "../init/goal-template.ts";
import type { PreflightReport } from "./report.ts";

type Host = Readonly<Record<string, string | undefined>>;
type Role = "worker" | "judge";

export interface ProbedAgents {
  readonly agents: PreflightReport["agents"];
  readonly findings: readonly Finding[];
}

/** Whether worker and judge are there and ready on this machine. */
export async function probeAgents({ agents }: Goal, host: Host): Promise<ProbedAgents> {
  const probed = [await probe("worker", agents.worker, host), await probeJudge(agents.judge, host)];
  return { agents: probed.flatMap((one) => one.agents), findings: probed.flatMap((one) => one.findings) };
}

async function probeJudge(judge: Judge, host: Host): Promise<ProbedAgents> {
  if (judge.use === "none") return { agents: [], findings: [] };
  if (judge.use !== "model") return probe("judge", judge, host);
  const key = judge.apiKeyEnv ?? usualKey(judge);
  const findings: Finding[] = key === undefined || host[key] ? [] : [missingVariable("agents.judge.api_key_env", key)];
  return { agents: [{ role: "judge", agent: "model", problems: [] }], findings };
}

/** The variable that is read when the goal names none; a server of one's own often wants no key. */
function usualKey(judge: ModelJudge): string | undefined {
  if (judge.provider === "anthropic") return "ANTHROPIC_API_KEY";
  return judge.baseUrl === undefined ? "OPENAI_API_KEY" : undefined;
}

async function probe(role: Role, agent: WorkerAgent, host: Host): Promise<ProbedAgents> {
  const where = `agents.${role}`;
  const { env, missing } = childEnvironment({ host, ...parseEnvironmentItems(agent.env), markers: {} });
  const found = await agentAdapters[agent.use].probe(agent, env);
  const findings: Finding[] = found.problems.map(({ what, next }) => ({ severity: "error", where, text: what, next }));
  if (agent.args.some((argument) => argument.includes(placeholderMark))) {
    findings.push({ severity: "error", where, text: "is still the placeholder", next: "Put in codex, claude or a command" });
  }
  return {
    agents: [{ role, ...found }],
    findings: [...findings, ...missing.map((name) => missingVariable(`${where}.env`, name))],
  };
}

function missingVariable(where: string, name: string): Finding {
  return { severity: "warning", where, text: `${name} is not set on this machine`, next: `export ${name}=… where the host runs` };
}
