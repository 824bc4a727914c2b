import { Context } from "@temporalio/activity";
import { agentService, type AnyAgent } from "../../domain/agent-service.ts";
import type { AgentOutcome } from "../../domain/outcome.ts";
import { childEnvironment, parseEnvironmentItems } from "../../process/agent-environment.ts";
import type { AgentEnd, AgentPass } from "./agent-gate.ts";
import { tellHeartbeat } from "../heartbeat.ts";
import type { HostContext } from "../host-context.ts";
import type { TranscriptWriter } from "../transcript-writer.ts";

interface Entering {
  readonly thread: string;
  readonly agent: AnyAgent;
  readonly transcript: TranscriptWriter;
  readonly signal: AbortSignal;
}

/** Temporal's own middle, for an Activity without a priority. */
const usualPriority = 3;

/** Waits until the host lets the agent start, and tells so in the transcript; null when aborted first. */
export async function enterAgent(host: HostContext, { thread, agent, transcript, signal }: Entering): Promise<AgentPass | null> {
  const items = agent.use === "model" ? [] : agent.env;
  const { env } = childEnvironment({ host: host.env, ...parseEnvironmentItems(items), markers: {} });
  const context = Context.current();
  const onWait = (reason: string) => {
    transcript.write({ kind: "waiting", for: agent.use, reason });
    tellHeartbeat(context, `waiting for ${agent.use}: ${reason}`);
  };
  const priority = context.info.priority?.priorityKey ?? usualPriority;
  try {
    return await host.agents.enter({ thread, service: agentService(agent, env), priority, signal, onWait });
  } finally {
    tellHeartbeat(context, null);
  }
}

/** What a worker's turn says about its provider. An agent that was stopped, or fell over by itself, says nothing. */
export function endOfTurn(outcome: AgentOutcome): AgentEnd {
  if (outcome.kind === "completed") return "served";
  if (outcome.kind !== "failed" || outcome.reason !== "rateLimit") return "unknown";
  const { retryAfterMs } = outcome;
  return { limited: retryAfterMs === undefined ? {} : { retryAfterMs } };
}
