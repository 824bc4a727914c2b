import { BatonFailure } from "../domain/failure.ts";
import { childEnvironment, parseEnvironmentItems } from "../process/agent-environment.ts";
import { reapProcesses } from "../process/reap.ts";
import type { HostContext } from "./host-context.ts";
import { threadMarkers } from "./thread-markers.ts";
import type { Claim } from "./thread-activities.ts";

interface WorkRequest extends Claim {
  readonly turn: number;
  readonly attempt: number;
  /** The goal's `env` items. */
  readonly items: readonly string[];
}

/**
 * The environment of a process that works for a thread: allowlisted, and marked so that it can be found again however far it
 * flees. Throws AgentUnavailable naming the variables that the goal passes through and this host does not have.
 */
export function workEnvironment(host: HostContext, { thread, epoch, turn, attempt, items }: WorkRequest): Record<string, string> {
  const markers = {
    ...threadMarkers(host, thread),
    BATON_EPOCH: String(epoch),
    BATON_TURN: String(turn),
    BATON_ATTEMPT: String(attempt),
  };
  const { env, missing } = childEnvironment({ host: host.env, ...parseEnvironmentItems(items), markers });
  if (missing.length === 0) return env;
  throw new BatonFailure(
    "AgentUnavailable",
    `host ${host.host} has no environment variable ${missing.join(", ")}, which the goal passes to the agent`,
    {
      next: `set it where the host runs: baton down && ${missing[0]}=… baton up`,
    },
  );
}

/** Ends whatever an earlier attempt left running on this host for the thread. */
export async function reapThread(host: HostContext, thread: string): Promise<void> {
  const killed = await reapProcesses(threadMarkers(host, thread));
  for (const { pid, command } of killed) host.logger.warn({ thread, pid, command }, "ended an orphan of an earlier attempt");
}
