import { agentAdapters } from "../activities/agents/adapters.ts";
import type { AgentProbe } from "../activities/agents/agent.ts";
import type { Environment } from "../config/environment.ts";
import { childEnvironment } from "../process/agent-environment.ts";
import type { HostAgent } from "../hub/hub.ts";

/** Agents with an executable of their own; a `command` is a goal's affair. */
const named = ["codex", "claude"] as const;
const probeMs = 20_000;

/** Which agents this machine has and whether they are ready. Never throws. */
export async function installedAgents(env: Environment): Promise<readonly HostAgent[]> {
  const found: HostAgent[] = [];
  // One after the other: starting both at once takes a small machine's breath away.
  for (const name of named) {
    const probe = await bounded(agentAdapters[name].probe({ use: name, args: [], env: [] }, environment(env)));
    if (probe?.path === undefined) continue;
    found.push({
      name,
      ...(probe.version === undefined ? {} : { version: probe.version }),
      problems: probe.problems.map(({ what }) => what),
    });
  }
  return found;
}

function environment(host: Environment): Record<string, string> {
  return childEnvironment({ host, markers: {} }).env;
}

async function bounded(probe: Promise<AgentProbe>): Promise<AgentProbe | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), probeMs);
  });
  return await Promise.race([probe.catch(() => undefined), late]).finally(() => clearTimeout(timer));
}
