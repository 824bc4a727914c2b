import { agentAdapters } from "../../activities/agents/adapters.ts";
import type { Goal, Judge, ModelJudge, WorkerAgent } from "../../domain/goal.ts";
import { modelKeyName } from "../../domain/model-key.ts";
import type { Finding } from "../../domain/goal-review.ts";
import { childEnvironment, parseEnvironmentItems } from "../../process/agent-environment.ts";
import { placeholderMark } from "../init/goal-template.ts";
import type { AgentRole, PreflightReport } from "./report.ts";

type Host = Readonly<Record<string, string | undefined>>;

export interface ProbedAgents {
  readonly agents: PreflightReport["agents"];
  readonly findings: readonly Finding[];
}

/** Whether everybody who works, judges, plans or reviews is there and ready on this machine. */
export async function probeAgents(goal: Goal, host: Host): Promise<ProbedAgents> {
  const probed: ProbedAgents[] = [];
  for (const { role, where, agent } of distinct(partsOf(goal))) {
    if (agent.use === "model") probed.push(probeModel({ role, where, agent }, host));
    else if (agent.use !== "none") probed.push(await probe({ role, where, agent }, host));
  }
  return { agents: probed.flatMap((one) => one.agents), findings: probed.flatMap((one) => one.findings) };
}

interface Part<T = WorkerAgent | Judge> {
  readonly role: AgentRole;
  /** Its key in the goal file. */
  readonly where: string;
  readonly agent: T;
}

function partsOf({ agents, review, fanOut }: Goal): Part[] {
  const parts: (Part | undefined)[] = [
    { role: "worker", where: "agents.worker", agent: agents.worker },
    { role: "judge", where: "agents.judge", agent: agents.judge },
    agents.planner && { role: "planner", where: "agents.planner", agent: agents.planner },
    review && { role: "reviewer", where: "review", agent: review },
  ];
  if (fanOut !== undefined) {
    const { template, race } = fanOut;
    const where = "fan_out.template";
    parts.push(
      race.length > 0 ? undefined : { role: "subagent", where: `${where}.agents.worker`, agent: template.agents.worker },
      { role: "judge", where: `${where}.agents.judge`, agent: template.agents.judge },
      template.review && { role: "reviewer", where: `${where}.review`, agent: template.review },
      ...race.map((agent, index): Part => ({ role: "subagent", where: `fan_out.race.${index}`, agent })),
    );
  }
  return parts.filter((part) => part !== undefined);
}

/** An agent that the template has from the goal is looked at once. */
function distinct(parts: readonly Part[]): Part[] {
  const seen = new Set<string>();
  return parts.filter(({ where, agent }) => {
    const key = JSON.stringify(agent);
    const again = where.startsWith("fan_out.") && seen.has(key);
    seen.add(key);
    return !again;
  });
}

function probeModel({ role, where, agent }: Part<ModelJudge>, host: Host): ProbedAgents {
  const key = modelKeyName(agent);
  const findings: Finding[] = key === undefined || host[key] ? [] : [missingVariable(`${where}.api_key_env`, key)];
  return { agents: [{ role, agent: "model", problems: [] }], findings };
}

async function probe({ role, where, agent }: Part<WorkerAgent>, host: Host): Promise<ProbedAgents> {
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
