import type { AnyAgent } from "../../domain/agent-service.ts";
import type { AgentBeside } from "../../domain/agents-beside.ts";
import { modelKeyName } from "../../domain/model-key.ts";
import { workEnvironment } from "../agent-markers.ts";
import { agentAdapters } from "./adapters.ts";
import type { HostContext } from "../host-context.ts";
import type { PrepareInput } from "../thread-activities.ts";

type Wanted = { readonly role: "worker" | AgentBeside["role"]; readonly agent: AnyAgent };

/**
 * Why the agents of a thread cannot work on this host; empty when all can. Throws AgentUnavailable naming the variables that
 * one of them is to be given and that are not set here.
 */
export async function agentProblems(host: HostContext, input: PrepareInput): Promise<string[]> {
  const problems: string[] = [];
  // One after the other: starting several at once takes a small machine's breath away.
  for (const { role, agent } of distinct([{ role: "worker", agent: input.agent }, ...(input.others ?? [])])) {
    const found = agent.use === "model" ? keyProblems(host, agent) : await probe(host, input, agent);
    problems.push(...found.map((text) => (role === "worker" ? text : `${role}: ${text}`)));
  }
  return problems;
}

/** A judge that is called as the worker is need not be looked at again. */
function distinct(wanted: readonly Wanted[]): Wanted[] {
  const calls = new Set<string>();
  return wanted.filter(({ agent }) => {
    const call = agent.use === "model" ? agent : { use: agent.use, bin: agent.bin, args: agent.args, env: agent.env };
    const key = JSON.stringify(call);
    const known = calls.has(key);
    calls.add(key);
    return !known;
  });
}

async function probe(
  host: HostContext,
  { thread, epoch, turn }: PrepareInput,
  agent: Exclude<AnyAgent, { use: "model" }>,
): Promise<string[]> {
  const env = workEnvironment(host, { thread, epoch, turn, attempt: 1, items: agent.env });
  const { problems } = await agentAdapters[agent.use].probe(agent, env);
  return problems.map(({ what, next }) => `${what} (${next})`);
}

function keyProblems(host: HostContext, model: Extract<AnyAgent, { use: "model" }>): string[] {
  const name = modelKeyName(model);
  if (name === undefined || host.env[name]) return [];
  return [`${name} is not set on this host (set it where the host runs)`];
}
